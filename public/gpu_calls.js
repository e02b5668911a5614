// Counts what is asked of the GPU, for the benchmark: the worker loads this before the
// engine, which reads the numbers. They are those that the engine's own code cannot know.
const calls = { dispatches: 0, submissions: 0, buffers: 0, bytes: 0 };

/** Calls `note` with the object, its arguments and the result of each call of a method. */
function watch(type, name, note) {
  const method = globalThis[type]?.prototype[name];
  if (!method) return;
  globalThis[type].prototype[name] = function (...args) {
    const result = method.apply(this, args);
    note(this, args, result);
    return result;
  };
}

// A buffer can be destroyed twice, or never: then the browser frees it with the object.
const alive = new WeakSet();
const collected = new FinalizationRegistry((size) => {
  calls.bytes -= size;
});

watch('GPUDevice', 'createBuffer', (_device, _args, buffer) => {
  calls.buffers += 1;
  calls.bytes += buffer.size;
  alive.add(buffer);
  collected.register(buffer, buffer.size, buffer);
});
watch('GPUBuffer', 'destroy', (buffer) => {
  if (!alive.delete(buffer)) return;
  calls.bytes -= buffer.size;
  collected.unregister(buffer);
});
watch('GPUComputePassEncoder', 'dispatchWorkgroups', () => {
  calls.dispatches += 1;
});
watch('GPUComputePassEncoder', 'dispatchWorkgroupsIndirect', () => {
  calls.dispatches += 1;
});
watch('GPUQueue', 'submit', () => {
  calls.submissions += 1;
});

self.tiltGpuCalls = calls;
