// bench_load: senders and receivers around one BGP daemon. Prints one line of JSON: {"ok": true, "converge_s": ...}, or
// {"ok": false, "error": ...} with what was measured until then, and exits with 0, 1, or 2 for a bad command line.

#include "tests/bench/campaign.hpp"

#include <cstdio>
#include <string>

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

} // namespace

int main(int argc, char** argv) {
  using namespace bellman::bench;
  try {
    const auto wanted = parse_options(argc, argv);
    campaign c{wanted};
    std::string error;
    try {
      c.run();
    } catch (const broken& e) {
      error = e.what();
    }
    std::string out = "{\"ok\": " + std::string{error.empty() ? "true" : "false, \"error\": " + quoted(error)};
    for (const auto& [name, value] : c.results) {
      char number[32];
      std::snprintf(number, sizeof number, "%.6g", value);
      out += ", " + quoted(name) + ": " + number;
    }
    std::puts((out + "}").c_str());
    std::fflush(stdout);
    if (wanted.stay && error.empty())
      c.stay();
    return error.empty() ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "bench_load: %s\n", e.what());
    return 2;
  }
}
