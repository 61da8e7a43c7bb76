#pragma once
// A store in a file of its own, and short ways to write to it.

#include "actors/ledger/store.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

namespace bellman::ledger {

/// Removed with everything in it at the end.
class scratch_folder {
public:
  scratch_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bellman-ledger-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::runtime_error{"no scratch folder"};
    path_ = name;
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path path() const { return path_; }
  std::string file(const char* name = "store.sqlite") const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

inline std::unique_ptr<store> opened(const std::string& path, retention keep = {}) {
  auto s = store::open(path, keep);
  if (!s) {
    ADD_FAILURE() << s.error().text;
    return nullptr;
  }
  return std::move(*s);
}

inline wire::prefix pfx(const char* text) { return wire::parse_prefix(text).value(); }
/// 10.0.0.0/32 + n
inline wire::prefix host(std::uint32_t n) { return {wire::ip_address::v4(0x0A000000u + n), 32}; }

inline wire::path_attributes with_med(std::uint32_t med) {
  wire::path_attributes a;
  a.origin = wire::origin::igp;
  a.as_path.emplace();
  a.med = med;
  return a;
}

/// One transaction with one attribute set.
inline committed write(store& s, const std::string& owner, const std::string& id, std::vector<edit> edits,
                       std::uint32_t med = 1, std::int64_t now = 1000) {
  const std::vector<wire::path_attributes> sets{with_med(med)};
  edits = in_order(std::move(edits));
  const auto c = s.commit({owner, id, sets, edits, now});
  if (!c) {
    ADD_FAILURE() << c.error().text;
    return {};
  }
  return *c;
}

/// "owner prefix med" of every route, page by page.
inline std::vector<std::string> listing(store& s, page_request wanted = {}) {
  std::vector<std::string> all;
  for (int pages = 0; pages < 100000; ++pages) {
    const auto page = s.routes(wanted);
    if (!page) {
      ADD_FAILURE() << page.error().text;
      break;
    }
    for (const auto& r : page->rows)
      all.push_back(std::to_string(r.owner) + " " + to_string(r.prefix) + " " +
                    std::to_string(r.attributes->med.value_or(0)));
    if (page->done)
      break;
    wanted.after.emplace(page->rows.back().owner, page->rows.back().prefix);
    wanted.skip = 0;
  }
  return all;
}

} // namespace bellman::ledger
