// axios as a client of the daemon over its socket, and of a service: an interceptor reports a 401 and calls once more.
import axios, { VERSION } from "axios";
import { serve } from "./serve.mjs";

const daemon = axios.create({ socketPath: process.env.TOKENWARD_SOCKET, proxy: false });
const path = "http://localhost/v1/tokens/ci/eu-de";
const service = axios.create({ proxy: false });
let held;

service.interceptors.request.use(async (request) => {
  held ??= (await daemon.get(path)).data;
  request.headers["X-Auth-Token"] = held.token;
  return request;
});
service.interceptors.response.use(undefined, async (error) => {
  if (error.response?.status !== 401 || error.config.repeated) throw error;
  const said = { fingerprint: held.fingerprint, status: 401, body: JSON.stringify(error.response.data) };
  const { verdict } = (await daemon.post(`${path}/report`, said)).data;
  if (!["invalidated", "already_replaced"].includes(verdict)) throw error;
  held = undefined;
  return service.request({ ...error.config, repeated: true });
});

await serve(VERSION, async (url) => (await service.get(url)).status);
