import { parseBrowserOptions } from './browser/options.ts';
import { defaultSurroundings, runBrowserWay } from './browser/start.ts';
import { findApplication } from './entry/application.ts';
import { openWorkstation } from './workstation.ts';

/** The browser way in: `node main/browser.ts`, or built, `node out/main/browser.js`. */
const options = parseBrowserOptions(process.argv.slice(2), findApplication().version);
process.exit(await runBrowserWay(options, defaultSurroundings(openWorkstation)));
