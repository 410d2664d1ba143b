// Opens Hardtack's sealed tokens, version 1, as seal.md specifies them: a second implementation, on WebCrypto alone.
// It keeps nothing between calls, seals nothing, and finds the key by its id, never by trial.
//
//   node docs/spec/reader.mjs tests/vectors/seal.json tests/vectors/xaes-256-gcm.json
//
// runs vectors: one line for each file, exit status 1 if any vector fails. As a module it gives `open` and `xaesOpen`.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { subtle } = globalThis.crypto;
const hex = (text) => Buffer.from(text, "hex");
const utf8 = (text) => Buffer.from(text, "utf8");
const uint16 = (number) => Buffer.from([number >> 8, number & 255]);
const counted = (bytes) => Buffer.concat([uint16(bytes.length), bytes]);

export class SealError extends Error {}

async function hkdf(secret, info, size) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return Buffer.from(await subtle.deriveBits(algorithm, key, 8 * size));
}

export const keyId = (secret) => hkdf(secret, utf8("hardtack/v1/key-id"), 4);

// XAES-256-GCM. WebCrypto has no single AES block; the first block of CBC with a zero IV is one.
async function derive(key, prefix) {
  const aes = await subtle.importKey("raw", key, "AES-CBC", false, ["encrypt"]);
  const zero = new Uint8Array(16);
  const block = async (input) => Buffer.from(await subtle.encrypt({ name: "AES-CBC", iv: zero }, aes, input)).subarray(0, 16);
  const first = BigInt("0x" + (await block(zero)).toString("hex")) << 1n;
  const doubled = BigInt.asUintN(128, first >> 128n ? first ^ 0x87n : first);
  const subkey = hex(doubled.toString(16).padStart(32, "0"));
  const half = (counter) => block(Buffer.concat([hex(`000${counter}5800`), prefix]).map((byte, i) => byte ^ subkey[i]));
  return Buffer.concat([await half(1), await half(2)]);
}

export async function xaesOpen(key, nonce, ciphertext, additionalData) {
  const derived = await derive(key, nonce.subarray(0, 12));
  const gcm = await subtle.importKey("raw", derived, "AES-GCM", false, ["decrypt"]);
  const algorithm = { name: "AES-GCM", iv: nonce.subarray(12), additionalData, tagLength: 128 };
  return Buffer.from(await subtle.decrypt(algorithm, gcm, ciphertext));
}

// `secrets` maps the id of each key that is not revoked, in hexadecimal, to its secret.
export async function open(token, { secrets, purpose, context, now }) {
  const raw = token.length >= 67 && token.length <= 65536 ? Buffer.from(token, "base64url") : Buffer.alloc(0);
  if (raw.length < 50 || raw.toString("base64url") !== token || raw[0] !== 1) throw new SealError("malformed");
  const secret = secrets.get(raw.toString("hex", 1, 5));
  if (secret === undefined) throw new SealError("unknown-key");
  const name = counted(utf8(purpose));
  const bound = [uint16(context.length), ...context.map((element) => counted(utf8(element)))];
  const aad = Buffer.concat([raw.subarray(0, 5), name, ...bound]);
  const key = await hkdf(secret, Buffer.concat([utf8("hardtack/v1/aead\0"), name]), 32);
  const plaintext = await xaesOpen(key, raw.subarray(5, 29), raw.subarray(29), aad).catch(() => {
    throw new SealError("forged");
  });
  const end = plaintext.readUIntBE(0, 5);
  if (end !== 0 && end <= now) throw new SealError("expired");
  return plaintext.subarray(5);
}

async function runTokens({ ring, opens, refused }) {
  const secrets = new Map();
  const usable = ring.keys.filter(({ state }) => state !== "revoked");
  for (const { secret } of usable) secrets.set((await keyId(hex(secret))).toString("hex"), hex(secret));
  const outcome = ({ token, purpose, context, now }) => {
    const text = typeof token === "string" ? token : token.repeat.repeat(token.times);
    return open(text, { secrets, purpose, context, now }).then(
      (data) => data.toString("hex"),
      (error) => (error instanceof SealError ? error.message : String(error)),
    );
  };
  const expected = [...opens.map((v) => [v, v.data]), ...refused.map((v) => [v, v.reason])];
  return Promise.all(expected.map(async ([vector, wanted]) => [vector.name, wanted, await outcome(vector)]));
}

function runXaes({ vectors }) {
  const outcome = ({ K, N, ciphertext, aad }) => xaesOpen(hex(K), hex(N), hex(ciphertext), hex(aad));
  return Promise.all(vectors.map(async (v) => [v.aad_ascii, v.plaintext, (await outcome(v)).toString("hex")]));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const path of process.argv.slice(2)) {
    const vectors = JSON.parse(readFileSync(path, "utf8"));
    const results = await (vectors.ring ? runTokens(vectors) : runXaes(vectors));
    const failed = results.filter(([, wanted, got]) => wanted !== got);
    for (const [name, wanted, got] of failed) console.error(`${path}: ${name}: expected ${wanted}, got ${got}`);
    console.log(`${path}: ${results.length - failed.length} of ${results.length} vectors pass`);
    if (failed.length > 0 || results.length === 0) process.exitCode = 1;
  }
}
