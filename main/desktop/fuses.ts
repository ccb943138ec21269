/**
 * The fuses that a packaged Cascade Lab is to be built with (names of @electron/fuses, FuseV1Options). Run from a
 * checkout, Electron's own binary is used as it was downloaded, and its fuses are Electron's defaults.
 */
export const FUSES = {
  /** ELECTRON_RUN_AS_NODE would make the signed program run any script. */
  RunAsNode: false,
  /** We keep no cookies, but what is kept is kept encrypted. */
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  /** Only the application that was packed and signed is run; the next one makes it the only place to look. */
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  /** We serve from cascade://, so file:// needs no powers. */
  GrantFileProtocolExtraPrivileges: false,
} as const;
