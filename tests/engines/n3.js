// The number of distinct triples (or quads) that N3.js reads: node n3.js FILE FORMAT
const { createReadStream } = require("fs");
const { Parser, Store } = require("n3");

const [file, format] = process.argv.slice(2);
const store = new Store();
new Parser({ format }).parse(createReadStream(file), (error, quad) => {
  if (error) throw error;
  if (quad) store.addQuad(quad);
  else console.log(store.size);
});
