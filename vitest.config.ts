import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.ts',
      'src/**/*.test.tsx',
      'backends/**/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // A package of its own, with tests that need its own dependencies: scripts/suites/infra.ts runs them.
    exclude: [...configDefaults.exclude, 'backends/aws/infra/**'],
    environment: 'node',
    testTimeout: 30_000,
  },
});
