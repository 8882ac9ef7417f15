// Steps of a story: one line each, `ok NAME` or `FAILED NAME: why`.
export async function step(name, work) {
  try {
    await work();
    console.log(`ok ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAILED ${name}: ${error?.name}: ${error?.message}`);
  }
}
