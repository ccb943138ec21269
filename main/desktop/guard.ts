import type { WebPreferences } from 'electron';
import type { Contents, Electron, ElectronApp, Navigation, Session } from './electron.ts';
import { isAllowedOutside, isAllowedRequest, isOurs, ORIGIN } from './addresses.ts';

/** The page is a page: no Node, its own world, the system's sandbox. Spelled out where it is Electron's default. */
export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    // Its dictionaries would come from the network.
    spellcheck: false,
  };
}

/** The one place that opens anything outside; what is not on the list is silently left alone. */
export async function openOutside(shell: Electron['shell'], address: string): Promise<void> {
  if (isAllowedOutside(address)) await shell.openExternal(address);
}

/** What holds for every page and frame that may ever exist, ours or not. Called before the first is made. */
export function guardApplication(app: ElectronApp, shell: Electron['shell']): void {
  app.enableSandbox();
  app.on('web-contents-created', (_, contents) => guardContents(contents, shell));
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, callback) => {
    event.preventDefault();
    callback(false);
  });
  app.on('select-client-certificate', (event) => event.preventDefault());
  app.on('login', (event) => event.preventDefault());
}

function guardContents(contents: Contents, shell: Electron['shell']): void {
  const stayHere = (navigation: Navigation) => {
    if (!isOurs(navigation.url)) navigation.preventDefault();
  };
  contents.on('will-navigate', stayHere);
  contents.on('will-redirect', stayHere);
  contents.on('will-frame-navigate', stayHere);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    void openOutside(shell, url);
    return { action: 'deny' };
  });
}

/**
 * What a page of ours may do: copy text when a person asks it to, though not read the clipboard, and tell on the desktop that a study
 * has ended, where a person has wished that.
 */
const PERMITTED: readonly string[] = ['clipboard-sanitized-write', 'notifications'];

function isPermitted(permission: string, requester: string): boolean {
  return PERMITTED.includes(permission) && isOurs(requester);
}

/** No other permission, no device, screen or network for the page; it may save only what it made itself. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) =>
    callback(isPermitted(permission, requestingUrl)),
  );
  session.setPermissionCheckHandler((_contents, permission, origin) => isPermitted(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback(null));
  session.webRequest.onBeforeRequest(({ url }, callback) => callback({ cancel: !isAllowedRequest(url) }));
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${ORIGIN}/`)) event.preventDefault();
  });
}
