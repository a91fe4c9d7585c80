import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Writing the stacks takes seconds, and loading the CDK some more.
  test: { include: ['*.test.ts'], environment: 'node', testTimeout: 120_000, hookTimeout: 120_000 },
});
