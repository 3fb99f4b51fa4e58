/** Name of the source, in the staging folder. */
export const keepFreedMemoryFile = 'keep-freed-memory.cc';

/**
 * C++ that is compiled into the addon: glibc keeps memory that is freed, instead of giving it back to the system.
 *
 * TensorFlow allocates the activations of every step anew, each of them above the size from which glibc maps memory of its
 * own; every page of it is then zeroed by the system once a step. Thirty eager steps of ResNet-8 on 512 views took 8.4 s of
 * system time as it comes, 4.1 s with the two thresholds, and 2.5 s with one arena as well, because what is above 64 MB does
 * not fit into the arena of a thread (two cores, `user` 51 to 53 s each).
 */
export const keepFreedMemory = `#include <malloc.h>

#ifdef __GLIBC__
namespace {

// Runs when the addon is loaded.
__attribute__((constructor)) void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace
#endif
`;
