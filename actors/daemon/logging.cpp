#include "actors/daemon/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace bellman {

namespace {

/// The message as the inside of a JSON string.
class json_text final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& m, const std::tm&, spdlog::memory_buf_t& out) override {
    static constexpr char hex[] = "0123456789abcdef";
    for (const char c : m.payload) {
      const auto u = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
      } else if (u < 0x20) {
        for (const char x : {'\\', 'u', '0', '0', hex[u >> 4], hex[u & 15]})
          out.push_back(x);
      } else {
        out.push_back(c);
      }
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<json_text>(); }
};

std::unique_ptr<spdlog::formatter> formatter_for(configs::log_format format) {
  auto made = std::make_unique<spdlog::pattern_formatter>();
  made->add_flag<json_text>('*');
  made->set_pattern(format == configs::log_format::json
                        ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","event":"%*"})"
                        : "%Y-%m-%d %H:%M:%S.%e %-7l %v");
  return made;
}

spdlog::level::level_enum level_of(configs::log_level level) {
  switch (level) {
  case configs::log_level::trace: return spdlog::level::trace;
  case configs::log_level::debug: return spdlog::level::debug;
  case configs::log_level::info: return spdlog::level::info;
  case configs::log_level::warning: return spdlog::level::warn;
  case configs::log_level::error: return spdlog::level::err;
  case configs::log_level::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

} // namespace

std::optional<std::string> set_up_logging(const configs::logging& wanted) {
  try {
    spdlog::sink_ptr sink;
    if (wanted.file.empty())
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    else
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(wanted.file);
    auto logger = std::make_shared<spdlog::logger>("bellmand", std::move(sink));
    logger->set_formatter(formatter_for(wanted.format));
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
    spdlog::flush_every(std::chrono::seconds{1});
  } catch (const spdlog::spdlog_ex& e) {
    return std::string{e.what()};
  }
  set_log_level(wanted.level);
  return std::nullopt;
}

void set_log_level(configs::log_level level) { spdlog::set_level(level_of(level)); }

} // namespace bellman
