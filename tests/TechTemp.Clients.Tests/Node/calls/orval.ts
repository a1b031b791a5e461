// The address of the server is in the generated code.
import * as api from "../generated/orval.js";
import type { Device } from "../generated/orval.js";
import { check, done, ts, uid } from "./scenario.js";

// It sends a body of several possible types without saying of which it is.
const json = { headers: { "Content-Type": "application/json" } };

const health = await api.getHealth();
check(health.status === 200 && health.data.status === "ok", "health");

const room = await api.createRoom({ name: uid, uid });
check(room.status === 201 && room.data.data.uid === uid && room.data.data.floor === null, "a new room");

const created = await api.createDevice({ device_uid: uid, room_uid: uid, label: "Window" });
const device: Device | undefined = created.status === 201 ? created.data.data.device : undefined;
check(device?.room?.uid === uid && device.status === "never", "a new device");

const one = await api.postReadings({ device_uid: uid, ts, temperature: 21.02, humidity: 63.33 }, undefined, json);
check(one.status === 200 && one.data.data.accepted === 1, "one reading");

const many = await api.postReadings(
  [
    { device_uid: uid, ts, temperature: 21.02, humidity: 63.33 },
    { device_uid: uid, ts: 1757537745793, temperature: 21.5, humidity: 60 },
  ],
  undefined,
  json,
);
check(many.status === 200 && many.data.data.accepted === 1 && many.data.data.duplicates === 1, "many readings");

const found = await api.getDevice(uid);
check(found.status === 200 && found.data.data.last_seen_at === "2025-09-10T20:55:45.793Z", "a device");

const devices = await api.getDevices();
check(devices.status === 200 && devices.data.data.some((d) => d.uid === uid), "all devices");

const latest = await api.getLatestReadings({ deviceId: uid });
check(latest.status === 200 && latest.data.data[0]?.temperature === 21.5, "the newest reading");

const readings = await api.getDeviceReadings(uid, { bucket: "day", limit: 5 });
// The same address answers CSV and Parquet, which are no objects with data.
const page = readings.status === 200 && typeof readings.data === "object" && "data" in readings.data ? readings.data : undefined;
check(page?.data[0]?.count === 2 && page.data[0].humidity_max === 63.33 && page.next_cursor === null, "buckets");

const patched = await api.patchDevice(uid, { label: null, model: "AHT20" });
check(patched.status === 200 && patched.data.data.device.label === null && patched.data.data.device.model === "AHT20" && patched.data.data.room?.uid === uid, "a patch");

const put = await api.updateDevice(uid, { label: "Door" });
check(put.status === 200 && put.data.data.device.label === "Door", "a change");

const invalid = await api.createRoom({ name: "" });
check(invalid.status === 400 && invalid.data.errors?.["name"]?.length === 1 && invalid.data.error === invalid.data.detail, "an error by field");

const deleted = await api.deleteDevice(uid, { readings: "delete" });
check(deleted.status === 200 && deleted.data.data.uid === uid, "a device deleted");

const missing = await api.getDevice(uid);
check(missing.status === 404 && missing.data.status === 404, "no device");

done();
