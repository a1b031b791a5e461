// What every client does: these calls, each with what must come back.
const [address, name] = process.argv.slice(2);
if (address === undefined || name === undefined) {
  throw new Error("usage: node <client>.js <address of the API> <name for the room and the device>");
}

export const baseUrl: string = address;
export const uid: string = name;
export const ts = "2025-09-10T20:54:45.793Z";
let calls = 0;

export function check(condition: unknown, what: string): asserts condition {
  calls++;
  if (!condition) {
    throw new Error(`call ${calls} is not as expected: ${what}`);
  }
}

export function done(): void {
  console.log(`${calls} calls as expected`);
}
