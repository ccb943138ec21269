import type {
  BrowserWindowConstructorOptions,
  CustomScheme,
  MenuItemConstructorOptions,
  MessagePortMain,
  WindowOpenHandlerResponse,
} from 'electron';
import type { ApiPort } from '../api/message-port.ts';

/**
 * The small part of Electron that the desktop way uses. `main/desktop.ts` hands in the real one, and the
 * compiler checks that it fits; tests hand in a double, since Electron's binary is not everywhere.
 */
export interface Electron {
  app: ElectronApp;
  BrowserWindow: new (options: BrowserWindowConstructorOptions) => Window;
  MessageChannelMain: new () => { port1: ApiPort; port2: MessagePortMain };
  ipcMain: { on(channel: string, listener: (event: IpcEvent) => void): unknown };
  protocol: {
    registerSchemesAsPrivileged(schemes: CustomScheme[]): void;
    handle(scheme: string, handler: (request: { url: string; method: string }) => Response): void;
  };
  /** A session exists only once the application is ready. */
  session: { readonly defaultSession: Session };
  screen: { getAllDisplays(): { workArea: Bounds }[] };
  shell: { openExternal(url: string): Promise<void> };
  dialog: { showErrorBox(title: string, content: string): void };
  utilityProcess: {
    fork(
      path: string,
      args: string[],
      options: { execArgv: string[]; serviceName: string; stdio: 'ignore' },
    ): UtilityProcess;
  };
  setMenu(template: MenuItemConstructorOptions[]): void;
}

/** A process of Node that Electron starts for us, whatever its fuses say of running as Node. */
export interface UtilityProcess {
  readonly pid: number | undefined;
  postMessage(message: unknown): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'spawn', listener: () => void): unknown;
  once(event: 'exit', listener: (code: number) => void): unknown;
}

export interface Preventable {
  preventDefault(): void;
}

export interface ElectronApp {
  enableSandbox(): void;
  requestSingleInstanceLock(): boolean;
  whenReady(): Promise<void>;
  getPath(name: 'userData'): string;
  quit(): void;
  exit(code: number): void;
  on(event: 'second-instance', listener: () => void): unknown;
  on(event: 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown;
  on(event: 'login', listener: (event: Preventable) => void): unknown;
  on(event: 'select-client-certificate', listener: (event: Preventable) => void): unknown;
  on(
    event: 'certificate-error',
    listener: (
      event: Preventable,
      contents: unknown,
      url: string,
      error: string,
      certificate: unknown,
      callback: (isTrusted: boolean) => void,
    ) => void,
  ): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: Contents) => void): unknown;
}

/** A navigation that is about to begin. */
export type Navigation = Preventable & { url: string };

export interface Contents {
  readonly mainFrame: Frame;
  setWindowOpenHandler(handler: (details: { url: string }) => WindowOpenHandlerResponse): void;
  on(event: 'will-navigate', listener: (event: Navigation) => void): unknown;
  on(event: 'will-redirect', listener: (event: Navigation) => void): unknown;
  on(event: 'will-frame-navigate', listener: (event: Navigation) => void): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
}

export interface Frame {
  readonly url: string;
  postMessage(channel: string, message: unknown, transfer: MessagePortMain[]): void;
}

export interface IpcEvent {
  readonly sender: Contents;
  /** Null where the frame has gone meanwhile. */
  readonly senderFrame: Frame | null;
}

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Window {
  readonly webContents: Contents;
  loadURL(url: string): Promise<void>;
  show(): void;
  focus(): void;
  isMinimized(): boolean;
  restore(): void;
  maximize(): void;
  isMaximized(): boolean;
  getNormalBounds(): Bounds;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'ready-to-show', listener: () => void): unknown;
}

export interface Session {
  setPermissionRequestHandler(
    handler: (
      contents: unknown,
      permission: string,
      callback: (granted: boolean) => void,
      details: { requestingUrl: string },
    ) => void,
  ): void;
  setPermissionCheckHandler(
    handler: (contents: unknown, permission: string, origin: string) => boolean,
  ): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  setDisplayMediaRequestHandler(handler: (request: unknown, callback: (streams: null) => void) => void): void;
  webRequest: {
    onBeforeRequest(
      listener: (details: { url: string }, callback: (response: { cancel: boolean }) => void) => void,
    ): void;
  };
  on(event: 'will-download', listener: (event: Preventable, item: { getURL(): string }) => void): unknown;
}
