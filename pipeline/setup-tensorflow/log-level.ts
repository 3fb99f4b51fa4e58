/** Name of the source, in the staging folder. */
export const logLevelFile = 'log-level.cc';

/**
 * C++ that is compiled into the addon: `TF_CPP_MIN_LOG_LEVEL` holds from the first message on.
 *
 * TensorFlow reads that variable while its library is loaded, and notes before that, on stderr and whatever the variable
 * says, that oneDNN is on. The logging of Abseil asks `MinLogLevel` before it prints anything, and the dynamic linker takes
 * the function of the addon before that of the library. The name holds the version of Abseil in TensorFlow 2.21; beside
 * another one the function is not called, and the notes are printed.
 */
export const logLevel = `#include <cstdlib>

namespace absl {
inline namespace lts_20250814 {

enum class LogSeverityAtLeast : int {};

// Called while libraries are initialised, so the environment is read at the first call.
__attribute__((visibility("default"))) LogSeverityAtLeast MinLogLevel() {
  static const char* const given = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  static const int level = given == nullptr ? 0 : std::atoi(given);
  return static_cast<LogSeverityAtLeast>(level);
}

}  // inline namespace lts_20250814
}  // namespace absl
`;
