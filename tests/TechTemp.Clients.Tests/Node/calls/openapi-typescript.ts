import createClient from "openapi-fetch";
import type { components, paths } from "../generated/openapi-typescript.js";
import { baseUrl, check, done, ts, uid } from "./scenario.js";

type Device = components["schemas"]["Device"];

const api = createClient<paths>({ baseUrl });

const health = await api.GET("/health");
check(health.data?.status === "ok", "health");

const room = await api.POST("/api/v1/rooms", { body: { name: uid, uid } });
check(room.data?.data.uid === uid && room.data.data.floor === null, "a new room");

const created = await api.POST("/api/v1/devices", { body: { device_uid: uid, room_uid: uid, label: "Window" } });
const device: Device | undefined = created.data?.data.device;
check(created.response.status === 201 && device?.room?.uid === uid && device.status === "never", "a new device");

const one = await api.POST("/api/v1/readings", { body: { device_uid: uid, ts, temperature: 21.02, humidity: 63.33 } });
check(one.data?.data.accepted === 1, "one reading");

const many = await api.POST("/api/v1/readings", {
  body: [
    { device_uid: uid, ts, temperature: 21.02, humidity: 63.33 },
    { device_uid: uid, ts: 1757537745793, temperature: 21.5, humidity: 60 },
  ],
});
check(many.data?.data.accepted === 1 && many.data.data.duplicates === 1, "many readings");

const found = await api.GET("/api/v1/devices/{uid}", { params: { path: { uid } } });
check(found.data?.data.last_seen_at === "2025-09-10T20:55:45.793Z", "a device");

const devices = await api.GET("/api/v1/devices");
check(devices.data?.data.some((d) => d.uid === uid), "all devices");

const latest = await api.GET("/api/v1/readings/latest", { params: { query: { deviceId: uid } } });
check(latest.data?.data[0]?.temperature === 21.5, "the newest reading");

const readings = await api.GET("/api/v1/devices/{uid}/readings", { params: { path: { uid }, query: { bucket: "day", limit: 5 } } });
// The same address answers CSV, which is a text.
const page = readings.data;
check(typeof page === "object" && page.data[0]?.count === 2 && page.data[0].humidity_max === 63.33 && page.next_cursor === null, "buckets");

const patched = await api.PATCH("/api/v1/devices/{uid}", {
  params: { path: { uid } },
  body: { label: null, model: "AHT20" },
  headers: { "Content-Type": "application/merge-patch+json" },
});
check(patched.data?.data.device.label === null && patched.data.data.device.model === "AHT20" && patched.data.data.room?.uid === uid, "a patch");

const put = await api.PUT("/api/v1/devices/{uid}", { params: { path: { uid } }, body: { label: "Door" } });
check(put.data?.data.device.label === "Door", "a change");

const invalid = await api.POST("/api/v1/rooms", { body: { name: "" } });
check(invalid.error?.errors?.["name"]?.length === 1 && invalid.error.error === invalid.error.detail, "an error by field");

const deleted = await api.DELETE("/api/v1/devices/{uid}", { params: { path: { uid }, query: { readings: "delete" } } });
check(deleted.data?.data.uid === uid, "a device deleted");

const missing = await api.GET("/api/v1/devices/{uid}", { params: { path: { uid } } });
check(missing.error?.status === 404, "no device");

done();
