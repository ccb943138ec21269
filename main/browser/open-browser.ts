import { spawn } from 'node:child_process';

/** The program that opens an address in the user's browser, without a shell in between. */
export function browserCommand(
  address: string,
  platform = process.platform,
): { file: string; args: string[] } {
  switch (platform) {
    case 'darwin':
      return { file: 'open', args: [address] };
    case 'win32':
      return { file: 'rundll32', args: ['url.dll,FileProtocolHandler', address] };
    default:
      return { file: 'xdg-open', args: [address] };
  }
}

/** Opens the address in the user's browser. Where that can not be done, the printed address remains. */
export function openBrowser(address: string): void {
  const { file, args } = browserCommand(address);
  const child = spawn(file, args, { stdio: 'ignore', detached: true, shell: false });
  child.on('error', () => {});
  child.unref();
}
