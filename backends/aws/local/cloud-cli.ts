/**
 * Runs the local cloud in a process of its own until it is told to end, for tests and measurements:
 * `node --import tsx backends/aws/local/cloud-cli.ts '<options as JSON>'`. Says where it is in one line of JSON.
 */
import { type LocalCloudOptions, startLocalCloud } from './cloud.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as LocalCloudOptions;
const cloud = await startLocalCloud({ ...options, report: (error) => console.error(error) });
const { config, endpoints, outboxPage } = cloud;
console.log(JSON.stringify({ config, endpoints, outboxPage }));
process.once('SIGTERM', () => {
  void cloud.close().then(() => process.exit(0));
});
