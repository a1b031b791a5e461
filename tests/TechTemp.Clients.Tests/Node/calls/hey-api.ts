import { client } from "../generated/hey-api/client.gen.js";
import * as api from "../generated/hey-api/index.js";
import type { Device } from "../generated/hey-api/index.js";
import { baseUrl, check, done, ts, uid } from "./scenario.js";

client.setConfig({ baseUrl });

const health = await api.getHealth();
check(health.data?.status === "ok", "health");

const room = await api.createRoom({ body: { name: uid, uid } });
check(room.data?.data.uid === uid && room.data.data.floor === null, "a new room");

const created = await api.createDevice({ body: { device_uid: uid, room_uid: uid, label: "Window" } });
const device: Device | undefined = created.data?.data.device;
check(created.response?.status === 201 && device?.room?.uid === uid && device.status === "never", "a new device");

const one = await api.postReadings({ body: { device_uid: uid, ts, temperature: 21.02, humidity: 63.33 } });
check(one.data?.data.accepted === 1, "one reading");

const many = await api.postReadings({
  body: [
    { device_uid: uid, ts, temperature: 21.02, humidity: 63.33 },
    { device_uid: uid, ts: 1757537745793, temperature: 21.5, humidity: 60 },
  ],
});
check(many.data?.data.accepted === 1 && many.data.data.duplicates === 1, "many readings");

const found = await api.getDevice({ path: { uid } });
check(found.data?.data.last_seen_at === "2025-09-10T20:55:45.793Z", "a device");

const devices = await api.getDevices();
check(devices.data?.data.some((d) => d.uid === uid), "all devices");

const latest = await api.getLatestReadings({ query: { deviceId: uid } });
check(latest.data?.data[0]?.temperature === 21.5, "the newest reading");

const readings = await api.getDeviceReadings({ path: { uid }, query: { bucket: "day", limit: 5 } });
// The same address answers CSV and Parquet, which are no objects with data.
const page = readings.data;
check(typeof page === "object" && "data" in page && page.data[0]?.count === 2 && page.data[0].humidity_max === 63.33 && page.next_cursor === null, "buckets");

const patched = await api.patchDevice({ path: { uid }, body: { label: null, model: "AHT20" } });
check(patched.data?.data.device.label === null && patched.data.data.device.model === "AHT20" && patched.data.data.room?.uid === uid, "a patch");

const put = await api.updateDevice({ path: { uid }, body: { label: "Door" } });
check(put.data?.data.device.label === "Door", "a change");

const invalid = await api.createRoom({ body: { name: "" } });
check(invalid.error?.errors?.["name"]?.length === 1 && invalid.error.error === invalid.error.detail, "an error by field");

const deleted = await api.deleteDevice({ path: { uid }, query: { readings: "delete" } });
check(deleted.data?.data.uid === uid, "a device deleted");

const missing = await api.getDevice({ path: { uid } });
check(missing.error?.status === 404, "no device");

done();
