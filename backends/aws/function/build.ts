/** Bundles the function with all it needs into one file, which runs on Lambda and here. */

import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** `folder`: where to put `index.mjs`, relative to the project. Gives the file's path. */
export async function buildFunction(folder = 'dist-function'): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: 'backends/aws/function/hosts/lambda.ts',
      outDir: folder,
      emptyOutDir: true,
      copyPublicDir: false,
      target: 'node20',
      // What a cold start has to read is half of it; names stay, for the log of what went wrong.
      minify: 'oxc',
      rolldownOptions: {
        output: {
          format: 'esm',
          entryFileNames: 'index.mjs',
          codeSplitting: false,
          keepNames: true,
        },
      },
    },
    ssr: { noExternal: true, target: 'node' },
  });
  return `${root}${folder}/index.mjs`;
}
