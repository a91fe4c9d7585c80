/** What its owner is told of by mail: that something fails, and that the bill grows. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Options } from './options.ts';

export interface Watched {
  readonly api: HttpApi;
  readonly handler: IFunction;
  readonly table: ITable;
}

const PERIOD = Duration.minutes(5);

/** They are there without an address too, for whoever looks into the console. */
export function createAlarms(scope: Construct, watched: Watched, options: Options): void {
  const { api, handler, table } = watched;
  const sum = { period: PERIOD, statistic: 'Sum' };
  const alarms = [
    alarm(scope, 'FunctionErrors', 'The function failed (its log says why)', handler.metricErrors(sum), 5),
    alarm(scope, 'FunctionThrottles', 'Amazon ran too few of the function at once', handler.metricThrottles(sum), 5),
    alarm(
      scope,
      'SlowFunction',
      'One request in twenty took longer than five seconds',
      handler.metricDuration({ period: PERIOD, statistic: 'p95' }),
      5000,
      3,
    ),
    alarm(scope, 'ApiErrors', 'Requests were answered by 5xx', api.metricServerError(sum), 10),
    alarm(
      scope,
      'TableThrottles',
      'The table held writes back',
      table.metric('WriteThrottleEvents', { ...sum, dimensionsMap: { TableName: table.tableName } }),
      10,
    ),
  ];
  if (!options.alarmEmail) return;
  const topic = new Topic(scope, 'Alarms', { enforceSSL: true, displayName: 'Satchel' });
  // Not encrypted with a key of one's own, at a dollar a month: alarms hold metrics and no content.
  topic.addSubscription(new EmailSubscription(options.alarmEmail));
  for (const each of alarms) {
    each.addAlarmAction(new SnsAction(topic));
    each.addOkAction(new SnsAction(topic));
  }
  createBudget(scope, options.alarmEmail, options.budgetDollars);
}

function alarm(
  scope: Construct,
  id: string,
  alarmDescription: string,
  metric: IMetric,
  threshold: number,
  evaluationPeriods = 1,
): Alarm {
  return new Alarm(scope, id, {
    alarmDescription,
    metric,
    threshold,
    evaluationPeriods,
    // An hour in which nobody came is not an alarm.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** Of the whole account: what isn't tagged, such as traffic, counts too. */
function createBudget(scope: Construct, address: string, dollars: number): void {
  const subscribers = [{ subscriptionType: 'EMAIL', address }];
  const warn = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: { notificationType, threshold, thresholdType: 'PERCENTAGE', comparisonOperator: 'GREATER_THAN' },
    subscribers,
  });
  new CfnBudget(scope, 'Budget', {
    budget: { budgetType: 'COST', timeUnit: 'MONTHLY', budgetLimit: { amount: dollars, unit: 'USD' } },
    notificationsWithSubscribers: [warn('ACTUAL', 50), warn('ACTUAL', 100), warn('FORECASTED', 100)],
  });
}
