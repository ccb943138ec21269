import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** The file that ships beside the page. */
export const NOTICES = 'THIRD-PARTY.txt';

/** Names of files with a package's terms; folders of that name hold those of what it took from others. */
const TERMS = /^(licen[cs]es?|notices?|copying|copyright|third-party-licenses)([._-].*)?$/i;
const RULE = '─'.repeat(80);

/**
 * Writes the notices of every package of which a module, a style or a font is in the built page, from the package's own files.
 *
 * @throws Error where a package brings no terms: it cannot ship then
 */
export function thirdPartyNotices(): Plugin {
  return {
    name: 'third-party-notices',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? Object.keys(output.modules) : output.originalFileNames,
      );
      const root = this.environment.config.root;
      const source = noticesOf(files.map((file) => resolve(root, file)));
      this.emitFile({ type: 'asset', fileName: NOTICES, source });
    },
  };
}

/** @param files absolute paths; those outside of node_modules are ours */
export function noticesOf(files: readonly string[]): string {
  const folders = new Set(files.map(packageOf).filter((folder) => folder !== null));
  const notices = [...folders].map(noticeOf).sort((one, other) => one.title.localeCompare(other.title));
  const list = notices.map(({ title }) => `  ${title}`).join('\n');
  const head = `The page of Cascade Lab contains these packages, each under its own terms:\n\n${list}\n`;
  return [head, ...notices.map(({ title, terms }) => `${RULE}\n${title}\n${RULE}\n\n${terms}\n`)].join('\n');
}

/** The folder of the package that a file belongs to: the innermost, where packages lie in others. */
function packageOf(file: string): string | null {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file.replaceAll('\\', '/'))?.[0] ?? null;
}

function noticeOf(folder: string): { title: string; terms: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const title = `${name} ${version} (${license ?? 'see its terms'})`;
  const terms = termsIn(folder);
  if (terms.length === 0)
    throw new Error(`${title} brings no text of its license, so the page cannot ship it.`);
  return { title, terms: terms.join('\n\n') };
}

function termsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => TERMS.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isFile()) return [readFileSync(path, 'utf8').trim()];
      return readdirSync(path)
        .sort()
        .map((inner) => `${inner}:\n\n${readFileSync(join(path, inner), 'utf8').trim()}`);
    });
}
