// The repair with two lines swapped: the anchor is set while the duplicate is in the recycle bin.
//
// The tenant refuses it, and `dirsync-lab rehearse mess.yaml -- node swapped.mjs` says why (W03).
import { run, steps } from "./repair.mjs";

[steps[2], steps[3]] = [steps[3], steps[2]];
await run(steps);
