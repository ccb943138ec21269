import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { createServer } from 'vite';

const loopback = '127.0.0.1';

/**
 * Serves the page from its sources, with hot reload, to this machine only. Everything else is the workstation's: it
 * exchanges the token for cookie and key, and its own rules decide whom it answers. A WebSocket of another origin
 * reaches it as such, and is refused.
 * @param {object} options
 * @param {string} options.root the checkout
 * @param {URL} options.workstation its printed address
 * @param {number} [options.port] the next free one is taken where it is not
 * @returns {Promise<{ address: string, close: () => Promise<void> }>} the address for a person
 */
export async function servePage({ root, workstation, port = 5173 }) {
  const nonce = randomBytes(16).toString('base64url');
  const own = () => {
    const address = server.httpServer?.address();
    const actual = typeof address === 'object' && address !== null ? address.port : port;
    return [`${loopback}:${actual}`, `localhost:${actual}`];
  };
  const target = { target: workstation.origin, changeOrigin: true };
  const server = await createServer({
    configFile: false,
    root: join(root, 'renderer'),
    // One for each port: two servers at a time do not throw out what the other has prepared.
    cacheDir: join(root, 'node_modules', '.cache', `page-${port}`),
    plugins: [vue(), admitStyles(nonce)],
    html: { cspNonce: nonce },
    server: {
      host: loopback,
      port,
      fs: { allow: [root] },
      proxy: {
        '^/\\?token=': target,
        '^/rpc$': {
          ...target,
          ws: true,
          configure: (proxy) => {
            proxy.on('proxyReqWs', (outgoing, { headers }) => {
              const host = own().find((name) => name === headers.host);
              if (host !== undefined && headers.origin === `http://${host}`)
                outgoing.setHeader('Origin', workstation.origin);
            });
          },
        },
      },
    },
  });
  await server.listen();
  return { address: `http://${own()[0]}/${workstation.search}`, close: () => server.close() };
}

/**
 * Vite puts styles into the page itself, where the build makes files of them: they alone are let in, by their nonce.
 * @param {string} nonce
 * @returns {import('vite').Plugin}
 */
function admitStyles(nonce) {
  return {
    name: 'admit-styles',
    transformIndexHtml: (html) => html.replace("style-src 'self'", `style-src 'self' 'nonce-${nonce}'`),
  };
}
