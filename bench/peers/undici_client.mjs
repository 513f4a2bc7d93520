// The whole job by Node.js and undici: sign, ask, parse, match, write CSV.
//
// usage: node undici_client.mjs URL CA_FILE LIST OUTPUT CONNECTIONS
//
// LIST holds ICCIDs, one a line. The password is in CARDRESOLVER_PASSWORD.
import { createHash, randomInt } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// By require, which goes by NODE_PATH: Debian has its modules in /usr/share/nodejs.
const { Pool } = createRequire(import.meta.url)("undici");

const appid = "100001";
const ebid = "2300000000000001";
const cardsPerRequest = 100;
const [url, caFile, listFile, output, connections] = process.argv.slice(2);
const password = process.env.CARDRESOLVER_PASSWORD;

// Another run of the same second must not begin with the same number.
let serial = randomInt(90_000_000);
const eightHours = 8 * 3600 * 1000;

function queryOf(batch) {
  const time = new Date(Date.now() + eightHours).toISOString().replace(/\D/g, "").slice(0, 14);
  const transid = appid + time + String(++serial).padStart(8, "0");
  const token = createHash("sha256").update(appid + password + transid).digest("hex");
  const numbers = batch.map((card) => card.number).join("_");
  return `appid=${appid}&transid=${transid}&ebid=${ebid}&token=${token}&iccids=${numbers}`;
}

// One row for each card of the batch, matched by number: the order of the answers is promised nowhere.
function rowsOf(batch, reply) {
  if (reply.status !== "0") throw new Error(`status ${reply.status}: ${reply.message}`);
  const items = new Map(reply.result.map((item) => [item.iccid, item]));
  let rows = "";
  for (const { line, number } of batch) {
    const item = items.get(number);
    const outcome = item.status === "0" ? "resolved" : "refused";
    const fields = [item.iccid, item.msisdn ?? "", item.imsi ?? "", item.status, quoted(item.message)];
    rows += `${line},${number},iccid,${outcome},${fields.join(",")}\n`;
  }
  return rows;
}

function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* batchesOf(lines) {
  let batch = [];
  let line = 0;
  for await (const number of lines) {
    batch.push({ line: ++line, number });
    if (batch.length === cardsPerRequest) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

async function work(pool, prefix, batches, rows) {
  for await (const batch of { [Symbol.asyncIterator]: () => ({ next: () => batches.next() }) }) {
    const { statusCode, body } = await pool.request({
      method: "GET",
      path: `${prefix}/v2/batchquerycardinfo?${queryOf(batch)}`,
    });
    if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`);
    if (!rows.write(rowsOf(batch, await body.json()))) await once(rows, "drain");
  }
}

const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: Number(connections), connect: { ca: readFileSync(caFile) } });
const rows = createWriteStream(output);
rows.setMaxListeners(0);
rows.write("line,number,kind,outcome,iccid,msisdn,imsi,status,message\n");
const batches = batchesOf(createInterface({ input: createReadStream(listFile) }));
const prefix = pathname === "/" ? "" : pathname;
await Promise.all(Array.from({ length: Number(connections) }, () => work(pool, prefix, batches, rows)));
rows.end();
await once(rows, "finish");
await pool.close();
