import type { ChildProcess } from 'node:child_process';

/** The address that the application prints when it is opened the browser way. @throws Error with what it said, where it ends before */
export function printedAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const read = (text: Buffer): void => {
      said += text.toString();
      const address = /^Cascade Lab at (http\S+)$/m.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The application ended with code ${code}: is it built?\n${said}`)),
    );
  });
}
