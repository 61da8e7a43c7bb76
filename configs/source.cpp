#include "configs/source.hpp"

#include "configs/config.hpp"

#include <algorithm>

namespace bellman::configs {

source_text::source_text(std::string_view text, std::string filename) : text_{text}, filename_{std::move(filename)} {
  starts_.push_back(0);
  for (auto at = text.find('\n'); at != text.npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
}

std::string_view source_text::line(std::uint32_t number) const noexcept {
  if (number == 0 || number > starts_.size())
    return {};
  auto found = text_.substr(starts_[number - 1]);
  found = found.substr(0, found.find('\n'));
  if (found.ends_with('\r'))
    found.remove_suffix(1);
  return found;
}

problem source_text::error_at(std::size_t offset, std::string what, std::string hint) const {
  auto p = error(std::move(what), std::move(hint));
  const auto next = std::ranges::upper_bound(starts_, offset);
  p.line = static_cast<std::uint32_t>(next - starts_.begin());
  p.column = static_cast<std::uint32_t>(offset - *(next - 1) + 1);
  p.source = line(p.line);
  return p;
}

problem source_text::error(std::string what, std::string hint) const {
  problem p;
  p.file = filename_;
  p.what = std::move(what);
  p.hint = std::move(hint);
  return p;
}

namespace {

/// Levenshtein's distance; more than `limit` comes back as some larger number.
std::size_t distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size() + limit || b.size() > a.size() + limit)
    return limit + 1;
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

} // namespace

std::string nearest(std::string_view text, const std::vector<std::string>& candidates) {
  if (text.size() > 64)
    return {};
  const auto limit = std::max<std::size_t>(1, text.size() / 3);
  std::string best;
  auto least = limit + 1;
  for (const auto& c : candidates)
    if (const auto d = distance(text, c, limit); d < least)
      least = d, best = c;
  return best;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& candidates) {
  const auto found = nearest(text, candidates);
  return found.empty() ? "" : "did you mean `" + found + "`?";
}

} // namespace bellman::configs
