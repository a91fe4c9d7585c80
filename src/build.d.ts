/** Set by the build (vite.config.ts): the version in package.json and the commit, "0.1.0+abc1234". */
declare const __SATCHEL_VERSION__: string;
