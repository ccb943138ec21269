import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAllowedOutside, isAllowedRequest, isOurs } from '../../../main/desktop/addresses.ts';
import { FUSES } from '../../../main/desktop/fuses.ts';
import { findApplication } from '../../../main/entry/application.ts';
import { ContentsDouble, FrameDouble, PreventableDouble } from './electron-double.ts';
import { openDesktop, type Desktop } from './helpers.ts';

/** Electron's security checklist (its docs/tutorial/security.md), item by item, each as what an attacker would try. */

let desktop: Desktop;
const ports: { close(): void }[] = [];
beforeEach(async () => {
  desktop = await openDesktop();
});
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Addresses that look like ours or are powerful, and are neither ours nor harmless. */
const FOREIGN = [
  '',
  'about:blank',
  'https://evil.example/',
  'http://127.0.0.1:1234/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,<script>1</script>',
  'blob:https://evil.example/1',
  'cascade://evil/',
  'cascade://app.evil/',
  'cascade://app:80/',
  'cascade://user@app/',
  'cascade:app/',
  'cascade:///app/',
  'cascades://app/',
  'https://app/',
  'https://evil.example/cascade://app/',
  'ftp://evil.example/',
];

test('1: a script from the network is not even asked for', () => {
  const { defaultSession } = desktop.double;
  for (const url of [
    'https://evil.example/a.js',
    'http://127.0.0.1:80/',
    'ws://127.0.0.1/',
    'file:///etc/passwd',
  ])
    expect(defaultSession.wouldRequest(url), url).toBe(false);
  for (const url of ['cascade://evil/a.js', 'blob:https://evil.example/1', 'blob:cascade://app.evil/1', ''])
    expect(defaultSession.wouldRequest(url), url).toBe(false);
  for (const url of [
    'cascade://app/assets/a.js',
    'blob:cascade://app/1',
    'data:image/png;base64,',
    'devtools://x/',
  ])
    expect(defaultSession.wouldRequest(url), url).toBe(true);
});

test('2: require() in the page, a worker or a frame', () => {
  expect(desktop.double.window.options.webPreferences).toMatchObject({
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
  });
});

test('3: a page that changes prototypes under the preload script', () => {
  expect(desktop.double.window.options.webPreferences?.contextIsolation).toBe(true);
});

test('4: a page that breaks out of its renderer is still in the sandbox', () => {
  expect(desktop.double.window.options.webPreferences?.sandbox).toBe(true);
  expect(desktop.double.app.calls).toContain('sandbox');
});

test.each(['media', 'geolocation', 'clipboard-read', 'openExternal', 'fullscreen', 'usb', 'new-one'])(
  '5: a page that asks for %s',
  (permission) => {
    const { defaultSession } = desktop.double;
    const answers: unknown[] = [];
    const answer = (granted: boolean) => answers.push(granted);
    defaultSession.permissionRequest?.({}, permission, answer, { requestingUrl: 'cascade://app/' });
    defaultSession.displayRequest?.({}, (streams) => answers.push(streams));
    expect(answers).toEqual([false, null]);
    expect(defaultSession.permissionCheck?.({}, permission, 'cascade://app/')).toBe(false);
    expect(defaultSession.deviceCheck?.()).toBe(false);
  },
);

test.each(['clipboard-sanitized-write', 'notifications'])(
  '5: %s is allowed to our page, and to no other',
  (permission) => {
    const { defaultSession } = desktop.double;
    const asked = (requestingUrl: string) => {
      let answer = false;
      defaultSession.permissionRequest?.({}, permission, (granted) => (answer = granted), { requestingUrl });
      expect(defaultSession.permissionCheck?.({}, permission, requestingUrl)).toBe(answer);
      return answer;
    };
    expect(asked('cascade://app/')).toBe(true);
    expect(FOREIGN.filter(asked)).toEqual([]);
  },
);

test('6: a page that reads another origin', () => {
  expect(desktop.double.window.options.webPreferences?.webSecurity).toBe(true);
});

test('7: injected markup that loads, sends or runs anything', () => {
  const policy = String(desktop.double.fetch('cascade://app/').headers.get('content-security-policy'));
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain("connect-src 'self';");
  expect(policy).toContain("base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|http|ws:/);
});

test('8, 9, 10: mixed content, experimental features, Blink features', () => {
  const preferences = desktop.double.window.options.webPreferences;
  expect(preferences?.allowRunningInsecureContent).toBe(false);
  expect(preferences?.experimentalFeatures).toBe(false);
  expect(preferences?.enableBlinkFeatures).toBeUndefined();
});

test('11, 12: a <webview> with powers of its own', () => {
  expect(desktop.double.window.options.webPreferences?.webviewTag).toBe(false);
  const event = new PreventableDouble();
  expect(desktop.double.window.contents.emit('will-attach-webview', event, {}, {})).toBe(1);
  expect(event.prevented).toBe(true);
});

test.each(FOREIGN)('13: a link, redirect or frame that leads to %j', (url) => {
  const { contents } = desktop.double.window;
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const)
    expect(contents.wouldNavigate(event, url), event).toBe(false);
});

test('13: the page may still load itself', () => {
  for (const event of ['will-navigate', 'will-redirect', 'will-frame-navigate'] as const)
    expect(desktop.double.window.contents.wouldNavigate(event, 'cascade://app/#/runs')).toBe(true);
});

test('13: any other contents that ever come to be are guarded too', () => {
  const other = new ContentsDouble();
  desktop.double.app.emit('web-contents-created', {}, other);
  expect(other.wouldNavigate('will-navigate', 'https://evil.example/')).toBe(false);
  expect(other.openHandler?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
});

test('14: window.open, of anything at all', () => {
  const { contents } = desktop.double.window;
  for (const url of [...FOREIGN, 'cascade://app/', 'https://arxiv.org/abs/2103.10629'])
    expect(contents.openHandler?.({ url })).toEqual({ action: 'deny' });
});

const OUTSIDE = [
  ...FOREIGN,
  'http://arxiv.org/',
  'https://arxiv.org.evil.example/',
  'https://evil.example/?arxiv.org',
  'https://arxiv.org@evil.example/',
  'https://user:secret@arxiv.org/',
  'https://arxiv.org:8443/',
  'https://sub.arxiv.org/',
  'smb://arxiv.org/share',
  'ms-msdt:/id',
  'https://arxiv。org.evil.example/',
];
test.each(OUTSIDE)('15: a link that hands %j to the system', (url) => {
  expect(isAllowedOutside(url)).toBe(false);
  desktop.double.window.contents.openHandler?.({ url });
  expect(desktop.double.opened).toEqual([]);
});

test('15: the paper opens, from a link and from the menu', () => {
  desktop.double.window.contents.openHandler?.({ url: 'https://arxiv.org/abs/2103.10629' });
  const help = desktop.double.menu.find((item) => item.role === 'help');
  const [paper] = help?.submenu as { click?: () => void }[];
  paper?.click?.();
  expect(desktop.double.opened).toEqual(Array(2).fill('https://arxiv.org/abs/2103.10629'));
});

test('16: an Electron with known holes: the version is pinned, and one that still gets fixes', () => {
  const file = join(findApplication().root, 'package.json');
  const { devDependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const [major] = /^(\d+)\.\d+\.\d+$/.exec(devDependencies['electron'] ?? '')?.slice(1) ?? [];
  expect(Number(major)).toBeGreaterThanOrEqual(45);
});

test.each(FOREIGN)('17: a frame at %j that asks for the port', (url) => {
  const { contents } = desktop.double.window;
  contents.mainFrame.url = url;
  expect(desktop.double.requestPort()).toBeNull();
});

test('17: a frame within the page, another window, or a frame that is gone', () => {
  const { double } = desktop;
  expect(double.requestPort({ senderFrame: new FrameDouble('cascade://app/') })).toBeNull();
  const other = new ContentsDouble();
  other.mainFrame.url = 'cascade://app/';
  expect(double.requestPort({ sender: other as never, senderFrame: other.mainFrame })).toBeNull();
  expect(
    double.requestPort({ sender: other as never, senderFrame: double.window.contents.mainFrame }),
  ).toBeNull();
  expect(double.requestPort({ senderFrame: null })).toBeNull();
});

test('17: the page itself gets its port', () => {
  const port = desktop.double.requestPort();
  expect(port).not.toBeNull();
  ports.push(port!);
});

test('18: the page is not a file:// with its powers', () => {
  expect(desktop.double.window.calls).toContain('load cascade://app/');
  expect(desktop.double.schemesBeforeReady).toBe(true);
  expect(desktop.double.schemes).toEqual([
    { scheme: 'cascade', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
  expect([...desktop.double.handlers.keys()]).toEqual(['cascade']);
});

test('19: ELECTRON_RUN_AS_NODE, NODE_OPTIONS, --inspect and a changed archive', () => {
  expect(FUSES).toEqual({
    RunAsNode: false,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    LoadBrowserProcessSpecificV8Snapshot: false,
    GrantFileProtocolExtraPrivileges: false,
  });
});

test('20: what preload exposes is tested with preload; the page gets no other script', () => {
  expect(desktop.double.window.options.webPreferences?.preload).toBe('/app/out/preload/preload.cjs');
  expect([...desktop.double.ipc.listeners.keys()]).toEqual(['cascade-port-request']);
});

test.each([
  '..%2fsecret.txt',
  '../secret.txt',
  '%2e%2e/secret.txt',
  '..\\secret.txt',
  'assets/../../secret.txt',
  '/etc/passwd',
])('traversal: cascade://app/%s', async (path) => {
  const answer = desktop.double.fetch(`cascade://app/${path}`);
  expect(answer.status).toBe(404);
  expect(await answer.text()).toBe('');
});

test('the page is served with its type; another host or a POST is not', async () => {
  const { double } = desktop;
  const page = double.fetch('cascade://app/?x#y');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(await page.text()).toContain('Cascade Lab');
  expect(await double.fetch('cascade://app/', 'HEAD').text()).toBe('');
  expect(double.fetch('cascade://evil/').status).toBe(403);
  expect(double.fetch('cascade://app/', 'POST').status).toBe(405);
});

test('a forged certificate, a client certificate, a login: all refused', () => {
  const { app } = desktop.double;
  const [event, answers] = [new PreventableDouble(), [] as boolean[]];
  app.emit('certificate-error', event, {}, 'https://evil.example', 'x', {}, (trusted: boolean) =>
    answers.push(trusted),
  );
  expect([event.prevented, answers]).toEqual([true, [false]]);
  for (const name of ['select-client-certificate', 'login']) {
    const asked = new PreventableDouble();
    expect(app.emit(name, asked)).toBe(1);
    expect(asked.prevented).toBe(true);
  }
});

test('a download of anything but what the page itself made', () => {
  const wouldSave = (url: string) => {
    const event = new PreventableDouble();
    desktop.double.defaultSession.emit('will-download', event, { getURL: () => url });
    return !event.prevented;
  };
  expect(wouldSave('blob:cascade://app/3f')).toBe(true);
  for (const url of [
    'https://evil.example/a.exe',
    'blob:https://evil.example/1',
    'data:text/plain,x',
    'file:///etc/passwd',
  ])
    expect(wouldSave(url), url).toBe(false);
});

test('an empty or broken address is never ours', () => {
  expect(['', ' ', 'cascade:', '//app/', 'null'].filter(isOurs)).toEqual([]);
  expect(['', 'null'].filter(isAllowedRequest)).toEqual([]);
  expect(isOurs('cascade://app/assets/a.js')).toBe(true);
});
