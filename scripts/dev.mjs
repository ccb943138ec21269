#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { servePage } from './lib/page-server.mjs';
import { checkout } from './lib/paths.mjs';
import { describe, Problem } from './lib/problem.mjs';
import { createReporter } from './lib/progress.mjs';
import { setUp } from './setup.mjs';

/**
 * `npm run dev`: the page from its sources, with hot reload. `--at ADDRESS` takes a workstation that runs already, by
 * the address that it printed; without, one is started, with whatever other options the browser way knows.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
async function dev(args) {
  const at = args.indexOf('--at');
  if (at >= 0) {
    const { address } = await servePage({ root: checkout, workstation: addressOf(args[at + 1] ?? '') });
    say(address);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return 0;
  }
  const ready = await setUp({ report: createReporter() });
  const browser = join(checkout, 'out', 'main', 'browser.js');
  const child = spawn(ready.node, [browser, '--no-open', ...args], {
    stdio: ['inherit', 'pipe', 'inherit'],
    env: { ...process.env, ...ready.env },
  });
  // The workstation closes in order, and we with it.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill('SIGTERM'));
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const printed = /^Cascade Lab at (\S+)$/.exec(line)?.[1];
    if (printed === undefined) process.stdout.write(`${line}\n`);
    else say((await servePage({ root: checkout, workstation: addressOf(printed) })).address);
  }
  const [code] = await ended;
  return code ?? 1;
}

/**
 * @param {string} text
 * @throws {Problem} where it is no address that a workstation prints
 */
function addressOf(text) {
  const url = URL.parse(text);
  if (url?.hostname === '127.0.0.1' && /^\?token=[\w-]+$/.test(url.search)) return url;
  throw new Problem(
    `--at wants the address that Cascade Lab printed, http://127.0.0.1:PORT/?token=…; '${text}' is none.`,
  );
}

/** @param {string} address */
function say(address) {
  process.stdout.write(`The page, with hot reload, at ${address}\n`);
}

try {
  process.exit(await dev(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${describe(error)}\n`);
  process.exit(1);
}
