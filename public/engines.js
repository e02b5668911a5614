// Which builds of the engine lie beside this file. `cargo xtask build` and `cargo xtask
// bench` write it anew; for the tests the plain one is enough.
export const builds = ['plain'];
