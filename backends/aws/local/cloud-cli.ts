/**
 * Runs the local cloud in a process of its own until it is told to end or its input ends, for tests and measurements:
 * `node --import tsx backends/aws/local/cloud-cli.ts '<options as JSON>'`. Says where it is in one line of JSON.
 */
import { type LocalCloudOptions, startLocalCloud } from './cloud.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as LocalCloudOptions;
const cloud = await startLocalCloud({ ...options, report: (error) => console.error(error) });
const { config, endpoints, outboxPage } = cloud;
console.log(JSON.stringify({ config, endpoints, outboxPage }));
const end = () => void cloud.close().then(() => process.exit(0));
process.once('SIGTERM', end);
// Whoever started it has ended.
process.stdin.once('end', end).resume();
