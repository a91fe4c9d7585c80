import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

/** The paper and the leaf of the icon; the app's own tokens repeat them. */
const PAPER = '#faf8f3';
const LEAF = '#2f6b57';

export default defineConfig({
  // Every address in the build is relative, so that one build runs at any sub-path.
  base: './',
  define: { __SATCHEL_VERSION__: JSON.stringify(version()) },
  // The editor is one chunk of its own, loaded after the list is there.
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  worker: { format: 'es', plugins: () => [dropboxWithoutNode()] },
  plugins: [
    react(),
    dropboxWithoutNode(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'service-worker.ts',
      registerType: 'prompt',
      // The app registers it, with workbox-window.
      injectRegister: false,
      injectManifest: {
        globPatterns: ['**/*.{html,js,css,svg,png,woff2,wasm}'],
        globIgnores: ['screenshots/**', 'service-worker.js'],
        // A chunk above the limit would be missing offline. Far above what any chunk should ever have.
        maximumFileSizeToCacheInBytes: 10_000_000,
      },
      // Its own build says the same as the app's; only what is wrong is worth a line.
      integration: {
        configureCustomSWViteBuild: (options) => {
          options.logLevel = 'error';
          // The plugin asks for one file by a name that Vite 8 warns of.
          const output = options.build?.rollupOptions?.output;
          if (output && !Array.isArray(output)) {
            delete output.inlineDynamicImports;
            output.codeSplitting = false;
          }
        },
      },
      // The icons are in the glob already.
      includeManifestIcons: false,
      manifest: {
        name: 'Satchel',
        short_name: 'Satchel',
        description: 'Carry your notes. Keep them where you like.',
        // No id: it would be resolved against the origin, and two Satchels at two paths would be one app.
        // Without it the id is start_url, which is resolved against the manifest.
        start_url: './',
        scope: './',
        display: 'standalone',
        background_color: PAPER,
        theme_color: LEAF,
        categories: ['productivity', 'utilities'],
        icons: [
          { src: 'icons/icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icons/icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icons/maskable-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: 'icons/monochrome-512.png', sizes: '512x512', type: 'image/png', purpose: 'monochrome' },
        ],
      },
    }),
  ],
});

/** Dropbox's SDK asks for two modules of Node that it doesn't use in a browser. */
function dropboxWithoutNode(): Plugin {
  const empty = '\0without-node';
  return {
    name: 'dropbox-without-node',
    enforce: 'pre',
    resolveId: (id, importer) =>
      (id === 'util' || id === 'crypto') && importer?.includes('/node_modules/dropbox/') ? empty : undefined,
    load: (id) => (id === empty ? 'export default {};' : undefined),
  };
}

/** "0.1.0+abc1234"; without git, as in a downloaded archive, only the number. */
function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string };
  try {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: new URL('.', import.meta.url),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return `${version}+${commit.trim()}`;
  } catch {
    return version;
  }
}
