import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  plugins: [react()],
  // The server lets pages of registered addresses ask it: the port must not wander.
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
});
