// How the process's heap behaves. Uses: glibc. Used by: main.
#pragma once

namespace yht::base {

/// Lets each arena of malloc keep a megabyte of what was freed, and takes no mapping of its own for what a large request needs.
/// RapidJSON frees 64 KB with every document; by glibc's own measure that memory goes back to the kernel each time and comes again,
/// page by page, with the next request (nearly two calls of mprotect a record, and the faults after them). Once, before any thread is started.
void keepFreedMemory();

}  // namespace yht::base
