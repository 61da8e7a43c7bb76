#include "tests/bench/probe.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace bellman::bench {

double probe::cpu_seconds() const {
  std::ifstream file{"/proc/" + std::to_string(pid_) + "/stat"};
  std::string line;
  if (!is_on() || !std::getline(file, line))
    return 0;
  // The name of the program may hold spaces; fields are counted behind its closing parenthesis.
  std::istringstream fields{line.substr(line.rfind(')') + 2)};
  std::string skipped;
  for (int i = 3; i < 14; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double probe::status_mb(const char* field) const {
  std::ifstream file{"/proc/" + std::to_string(pid_) + "/status"};
  const std::string wanted = std::string{field} + ":";
  for (std::string line; is_on() && std::getline(file, line);)
    if (line.starts_with(wanted))
      return std::stod(line.substr(wanted.size())) / 1024;
  return 0;
}

double probe::resident_mb() const { return status_mb("VmRSS"); }
double probe::peak_mb() const { return status_mb("VmHWM"); }

double own_cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace bellman::bench
