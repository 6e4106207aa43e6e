import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  // Real worker files, so that the policy needs neither blob: nor data: scripts.
  worker: { format: "es" },
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    // Fonts and images stay files: the policy lets fonts come from this server only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    // Monaco is one large chunk, and is loaded apart from the page itself.
    chunkSizeWarningLimit: 4000,
  },
});
