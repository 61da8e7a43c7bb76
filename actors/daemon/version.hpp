#pragma once
// What this build calls itself.

#include <string>

namespace bellman {

/// "bellmand 0.1.0"
inline std::string version_text() { return "bellmand " BELLMAN_VERSION; }

} // namespace bellman
