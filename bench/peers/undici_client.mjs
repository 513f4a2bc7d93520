// The whole job by Node.js and undici: check, sign, ask, parse, match, try again, write CSV, keep the progress.
//
// usage: node undici_client.mjs URL CA_FILE LIST OUTPUT CONNECTIONS
//
// LIST holds ICCIDs, one a line. The password is in CARDRESOLVER_PASSWORD.
import { createHash, randomInt } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";

// By require, which goes by NODE_PATH: Debian has its modules in /usr/share/nodejs.
const { Pool } = createRequire(import.meta.url)("undici");

const appid = "100001";
const ebid = "2300000000000001";
const cardsPerRequest = 100;
const mostTries = 6;
const remembered = 10_000;
const timeoutMs = 25_000;
const saveEveryMs = 1000;
const writeAtOnce = 256 * 1024;
const iccid = /^(?:[0-9]{19}|[0-9A-Z]{20})$/;
const [url, caFile, listFile, output, connections] = process.argv.slice(2);
const password = process.env.CARDRESOLVER_PASSWORD;

// Another run of the same second must not begin with the same number.
let serial = randomInt(90_000_000);
const eightHours = 8 * 3600 * 1000;

function queryOf(numbers) {
  const time = new Date(Date.now() + eightHours).toISOString().replace(/\D/g, "").slice(0, 14);
  const transid = appid + time + String(++serial).padStart(8, "0");
  const token = createHash("sha256").update(appid + password + transid).digest("hex");
  return `appid=${appid}&transid=${transid}&ebid=${ebid}&token=${token}&iccids=${numbers.join("_")}`;
}

function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows, written in order and in large pieces. */
class Rows {
  #text = "line,number,kind,outcome,iccid,msisdn,imsi,status,message\n";
  #written = Promise.resolve();
  constructor(file) {
    this.file = file;
  }
  add(line, number, fields) {
    this.#text += `${line},${quoted(number)},${fields.map(quoted).join(",")}\n`;
    if (this.#text.length > writeAtOnce) this.flush();
  }
  flush() {
    const text = this.#text;
    this.#text = "";
    this.#written = this.#written.then(() => this.file.appendFile(text));
    return this.#written;
  }
}

/** Which cards are to be asked, which are under way, and what was answered last. */
class Job {
  #lines;
  #rows;
  #lastLine = 0;
  #taken = Promise.resolve();
  #saved = Promise.resolve();
  #again = [];
  #open = new Map(); // number: the lines that wait for its answer
  #tries = new Map();
  #answers = new Map(); // the last ones, by number
  #olderAnswers = new Map();
  constructor(lines, rows) {
    this.#lines = lines;
    this.#rows = rows;
  }

  /** Numbers for a request, each of them once; those that were left unanswered before come first. One worker is
   * served after the other: where several took lines in turn, each would be left with a few at the list's end. */
  nextBatch() {
    const taken = this.#taken.then(() => this.#takeBatch());
    this.#taken = taken;
    return taken;
  }

  async #takeBatch() {
    const batch = this.#again.splice(0, cardsPerRequest);
    while (batch.length < cardsPerRequest) {
      const { done, value } = await this.#lines.next();
      if (done) break;
      const number = value.trim();
      const line = ++this.#lastLine;
      const answer = this.#answers.get(number) ?? this.#olderAnswers.get(number);
      if (!iccid.test(number)) this.#rows.add(line, number, ["", "invalid", "", "", "", "", "no ICCID"]);
      else if (answer) this.#rows.add(line, number, answer);
      else if (this.#open.has(number)) this.#open.get(number).push(line);
      else {
        this.#open.set(number, [line]);
        batch.push(number);
      }
    }
    return batch;
  }

  /** One row for each line of a card that is answered; the order of the answers is promised nowhere. */
  settle(batch, reply) {
    const items = new Map(reply.status === "0" ? reply.result.map((item) => [item.iccid, item]) : []);
    for (const number of batch) {
      const item = items.get(number);
      if (item === undefined) {
        this.tryAgain(number, "missing", "the reply has no answer for this card");
        continue;
      }
      const outcome = item.status === "0" ? "resolved" : "refused";
      this.#finish(number, ["iccid", outcome, item.iccid, item.msisdn ?? "", item.imsi ?? "", item.status, item.message]);
    }
  }

  tryAgain(number, status, message) {
    const tries = (this.#tries.get(number) ?? 0) + 1;
    this.#tries.set(number, tries);
    if (tries < mostTries) this.#again.push(number);
    else this.#finish(number, ["iccid", "failed", "", "", "", status, message]);
  }

  #finish(number, answer) {
    for (const line of this.#open.get(number)) this.#rows.add(line, number, answer);
    this.#open.delete(number);
    this.#tries.delete(number);
    this.#answers.set(number, answer);
    if (this.#answers.size === remembered) [this.#answers, this.#olderAnswers] = [new Map(), this.#answers];
  }

  /** Makes the rows durable, then what is needed to go on behind them. One save begins when the one before has ended:
   * a slow disk may take longer than a second. */
  save(path) {
    this.#saved = this.#saved.then(() => this.#saveNow(path));
    return this.#saved;
  }

  async #saveNow(path) {
    const openLines = [...this.#open.values()].flat();
    const progress = { lastLine: this.#lastLine, openLines };
    await this.#rows.flush();
    await this.#rows.file.datasync();
    progress.bytes = (await this.#rows.file.stat()).size;
    const file = await open(`${path}.new`, "w");
    await file.writeFile(JSON.stringify(progress));
    await file.sync();
    await file.close();
    await rename(`${path}.new`, path);
  }
}

async function work(pool, prefix, job) {
  for (;;) {
    const batch = await job.nextBatch();
    if (batch.length === 0) return;
    try {
      const { statusCode, body } = await pool.request({
        method: "GET",
        path: `${prefix}/v2/batchquerycardinfo?${queryOf(batch)}`,
      });
      if (statusCode !== 200) throw new Error(`HTTP status ${statusCode}`);
      job.settle(batch, await body.json());
    } catch (failure) {
      for (const number of batch) job.tryAgain(number, "connection", failure.message);
      await sleep(Math.random() * 1000);
    }
  }
}

const { origin, pathname } = new URL(url);
const ca = await readFile(caFile);
const pool = new Pool(origin, {
  connections: Number(connections),
  connect: { ca },
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
});
const list = await open(listFile);
const rows = new Rows(await open(output, "w"));
const job = new Job(list.readLines()[Symbol.asyncIterator](), rows);
const saving = setInterval(() => job.save(`${output}.progress`), saveEveryMs);
const prefix = pathname === "/" ? "" : pathname;
await Promise.all(Array.from({ length: Number(connections) }, () => work(pool, prefix, job)));
clearInterval(saving);
await job.save(`${output}.progress`);
await rows.file.close();
await pool.close();
