export default {
  techtemp: {
    input: process.env.TECHTEMP_DOCUMENT,
    output: { target: "generated/orval.ts", mode: "single", client: "fetch", baseUrl: process.env.TECHTEMP_URL },
  },
};
