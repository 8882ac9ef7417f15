// Microsoft's own names, resolved to the server of the tests, as a hosts file would do it with the
// server behind port 443: for programs that know no other address.
"use strict";

const tls = require("node:tls");

const server = new URL(process.env.GRAPH_URL);
const names = ["graph.microsoft.com", "login.microsoftonline.com"];
const connect = tls.connect;

tls.connect = (options, ...rest) => {
  if (options === null || typeof options !== "object" || !names.includes(options.host)) {
    return connect(options, ...rest);
  }
  const there = { host: server.hostname, port: Number(server.port), servername: options.host };
  return connect({ ...options, ...there }, ...rest);
};
