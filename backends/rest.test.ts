import { expect, test } from 'vitest';
import { createRest } from './rest.ts';

function setUp() {
  let time = 1_000_000;
  const pass = (ms: number) => {
    time += ms;
  };
  return { rest: createRest(() => time), pass };
}

test('a rest ends when it was said to', () => {
  const { rest, pass } = setUp();
  expect(rest.left()).toBe(0);
  rest.ask(1000);
  pass(400);
  expect(rest.left()).toBe(600);
  pass(700);
  expect(rest.left()).toBe(0);
});

test('of two the longer counts', () => {
  const { rest, pass } = setUp();
  rest.ask(1000);
  rest.ask(300);
  expect(rest.left()).toBe(1000);
  pass(500);
  rest.ask(2000);
  expect(rest.left()).toBe(2000);
});

test('a clock that is put back never makes it longer than was asked', () => {
  const { rest, pass } = setUp();
  rest.ask(1000);
  pass(-7_200_000);
  expect(rest.left()).toBe(1000);
  pass(1000);
  expect(rest.left()).toBe(0);
  pass(-7_200_000);
  rest.ask(10);
  expect(rest.left()).toBeLessThanOrEqual(1000);
});
