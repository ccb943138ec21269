import { fork } from 'node:child_process';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type {
  BrowserWindowConstructorOptions,
  CustomScheme,
  MenuItemConstructorOptions,
  MessagePortMain,
  WindowOpenHandlerResponse,
} from 'electron';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import type { ApiPort } from '../../../main/api/message-port.ts';
import type {
  Contents,
  Electron,
  Frame,
  IpcEvent,
  Navigation,
  UtilityProcess,
  Window,
} from '../../../main/desktop/electron.ts';

type Listener = (...args: never[]) => void;

/** What Electron's emitters have in common; `emit` answers how many listened. */
class Emitter {
  readonly listeners = new Map<string, Listener[]>();
  on(event: string, listener: Listener): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    return this;
  }
  emit(event: string, ...args: unknown[]): number {
    const listeners = this.listeners.get(event) ?? [];
    for (const listener of listeners) (listener as (...given: unknown[]) => void)(...args);
    return listeners.length;
  }
}

/** An event that can be prevented, and whether it was. */
export class PreventableDouble {
  prevented = false;
  preventDefault(): void {
    this.prevented = true;
  }
}

export class FrameDouble implements Frame {
  url: string;
  readonly sent: { channel: string; message: unknown; ports: MessagePort[] }[] = [];
  constructor(url: string) {
    this.url = url;
  }
  postMessage(channel: string, message: unknown, transfer: MessagePortMain[]): void {
    this.sent.push({ channel, message, ports: transfer as unknown as MessagePort[] });
  }
}

export class ContentsDouble extends Emitter {
  mainFrame = new FrameDouble('');
  openHandler: ((details: { url: string }) => WindowOpenHandlerResponse) | null = null;
  setWindowOpenHandler(handler: (details: { url: string }) => WindowOpenHandlerResponse): void {
    this.openHandler = handler;
  }
  /** Whether a navigation of this kind to the address would go through. */
  wouldNavigate(event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate', url: string): boolean {
    const navigation: Navigation & { prevented: boolean } = Object.assign(new PreventableDouble(), { url });
    this.emit(event, navigation);
    return !navigation.prevented;
  }
}

export class WindowDouble extends Emitter {
  readonly options: BrowserWindowConstructorOptions;
  readonly contents = new ContentsDouble();
  readonly webContents = this.contents as Contents;
  readonly calls: string[] = [];
  minimized = false;
  bounds = { x: 10, y: 20, width: 1000, height: 700 };
  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
  }
  async loadURL(url: string): Promise<void> {
    this.contents.mainFrame.url = url;
    this.calls.push(`load ${url}`);
  }
  show(): void {
    this.calls.push('show');
  }
  focus(): void {
    this.calls.push('focus');
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  restore(): void {
    this.calls.push('restore');
  }
  maximize(): void {
    this.calls.push('maximize');
  }
  isMaximized(): boolean {
    return false;
  }
  getNormalBounds() {
    return this.bounds;
  }
}

/** A port of MessageChannelMain over one of Node's: its messages come wrapped in an event, and wait for `start`. */
class PortDouble implements ApiPort {
  readonly port: MessagePort;
  /** Node's port starts with its first listener, hence they wait here. */
  readonly #listeners: ((event: { data: unknown }) => void)[] = [];
  constructor(port: MessagePort) {
    this.port = port;
  }
  postMessage(message: unknown): void {
    this.port.postMessage(message);
  }
  on(event: 'message' | 'close', listener: (event: { data: unknown }) => void): this {
    if (event === 'close') this.port.on('close', () => listener({ data: undefined }));
    else this.#listeners.push(listener);
    return this;
  }
  start(): void {
    for (const listener of this.#listeners) this.port.on('message', (data: unknown) => listener({ data }));
  }
  close(): void {
    this.port.close();
  }
}

type Parameter<F> = F extends (argument: infer A, ...rest: never[]) => unknown ? A : never;
type Session = Electron['session']['defaultSession'];

class SessionDouble extends Emitter {
  permissionRequest: Parameter<Session['setPermissionRequestHandler']> | null = null;
  permissionCheck: Parameter<Session['setPermissionCheckHandler']> | null = null;
  deviceCheck: Parameter<Session['setDevicePermissionHandler']> | null = null;
  displayRequest: Parameter<Session['setDisplayMediaRequestHandler']> | null = null;
  beforeRequest: Parameter<Session['webRequest']['onBeforeRequest']> | null = null;
  setPermissionRequestHandler(handler: Parameter<Session['setPermissionRequestHandler']>): void {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler: Parameter<Session['setPermissionCheckHandler']>): void {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler: Parameter<Session['setDevicePermissionHandler']>): void {
    this.deviceCheck = handler;
  }
  setDisplayMediaRequestHandler(handler: Parameter<Session['setDisplayMediaRequestHandler']>): void {
    this.displayRequest = handler;
  }
  webRequest = {
    onBeforeRequest: (listener: Parameter<Session['webRequest']['onBeforeRequest']>): void => {
      this.beforeRequest = listener;
    },
  };
  /** Whether the page's request for the address would be sent. */
  wouldRequest(url: string): boolean {
    let cancelled = false;
    this.beforeRequest?.({ url }, ({ cancel }) => (cancelled = cancel));
    return !cancelled;
  }
}

/** What Electron's utility processes have that Node's have not: another line to their parent. */
const PARENT_PORT = `data:text/javascript,${encodeURIComponent(`
  process.parentPort = {
    once: (event, listener) => process.once(event, (data) => listener({ data })),
    postMessage: (message) => process.send(message),
  };`)}`;

/** A utility process over one of Node's. As Electron's, it has no number before it runs. */
const forkUtility: Electron['utilityProcess']['fork'] = (path, args, { execArgv }) => {
  const child = fork(path, args, {
    execArgv: [...execArgv, '--import', PARENT_PORT],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let isRunning = false;
  child.once('spawn', () => (isRunning = true));
  const utility: UtilityProcess = {
    get pid() {
      return isRunning ? child.pid : undefined;
    },
    postMessage: (message) => child.send(message as object, () => undefined),
    kill: () => child.kill(),
    on: (event: string, listener: (message: unknown) => void) => child.on(event, listener),
    once: (event, listener) => child.once(event, (code: number | null) => listener(code ?? 9)),
  };
  return utility;
};

class AppDouble extends Emitter {
  readonly calls: string[] = [];
  readonly userData = temporaryFolder();
  isFirst = true;
  ready = false;
  ended = false;
  enableSandbox(): void {
    this.calls.push(this.ready ? 'sandbox too late' : 'sandbox');
  }
  requestSingleInstanceLock(): boolean {
    return this.isFirst;
  }
  async whenReady(): Promise<void> {
    await Promise.resolve();
    this.ready = true;
  }
  getPath(): string {
    return this.userData;
  }
  /** As Electron does: 'before-quit' may hold the end back. */
  quit(): void {
    const event = new PreventableDouble();
    this.emit('before-quit', event);
    this.ended = !event.prevented;
  }
  exit(code: number): void {
    this.calls.push(`exit ${code}`);
    this.ended = true;
  }
}

export class ElectronDouble {
  readonly app = new AppDouble();
  readonly windows: WindowDouble[] = [];
  readonly defaultSession = new SessionDouble();
  readonly ipc = new Emitter();
  readonly opened: string[] = [];
  readonly errors: string[] = [];
  schemes: CustomScheme[] = [];
  schemesBeforeReady = false;
  handlers = new Map<string, (request: { url: string; method: string }) => Response>();
  menu: MenuItemConstructorOptions[] = [];
  screens = [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }];

  /** As Electron's module is seen by the application. */
  get electron(): Electron {
    const { app, windows, opened, errors, defaultSession, ipc } = this;
    return {
      app: app as unknown as Electron['app'],
      BrowserWindow: class extends WindowDouble {
        constructor(options: BrowserWindowConstructorOptions) {
          super(options);
          windows.push(this);
          app.emit('web-contents-created', {}, this.contents);
        }
      } as unknown as new (options: BrowserWindowConstructorOptions) => Window,
      MessageChannelMain: class {
        readonly port1: ApiPort;
        readonly port2: MessagePortMain;
        constructor() {
          const { port1, port2 } = new MessageChannel();
          this.port1 = new PortDouble(port1);
          this.port2 = port2 as unknown as MessagePortMain;
        }
      },
      utilityProcess: { fork: forkUtility },
      ipcMain: ipc as unknown as Electron['ipcMain'],
      protocol: {
        registerSchemesAsPrivileged: (schemes) => {
          this.schemes = schemes;
          this.schemesBeforeReady = !app.ready;
        },
        handle: (scheme, handler) => this.handlers.set(scheme, handler),
      },
      session: { defaultSession: defaultSession as unknown as Session },
      screen: { getAllDisplays: () => this.screens },
      shell: {
        openExternal: async (url) => {
          opened.push(url);
        },
      },
      dialog: { showErrorBox: (_, content) => errors.push(content) },
      setMenu: (template) => (this.menu = template),
    };
  }

  get window(): WindowDouble {
    const [window] = this.windows;
    if (window === undefined) throw new Error('No window was made.');
    return window;
  }

  /** A page's request for its port, as the main process sees it. Answers with the port, or null if refused. */
  requestPort(
    event: Partial<Omit<IpcEvent, 'senderFrame'>> & { senderFrame?: FrameDouble | null } = {},
  ): MessagePort | null {
    const { contents } = this.window;
    const full = { sender: contents, senderFrame: contents.mainFrame, ...event };
    const before = full.senderFrame?.sent.length ?? 0;
    this.ipc.emit('cascade-port-request', full);
    return full.senderFrame?.sent.slice(before)[0]?.ports[0] ?? null;
  }

  fetch(url: string, method = 'GET'): Response {
    const handler = this.handlers.get(new URL(url).protocol.slice(0, -1));
    if (handler === undefined) throw new Error(`Nobody answers ${url}.`);
    return handler({ url, method });
  }
}
