#include "capnp/route_listing.hpp"

#include "capnp/route_query.hpp"

#include <algorithm>
#include <tuple>

namespace bellman::api {

bool route_listing::is_lookup() const noexcept {
  using match = rib::route_query::match_kind;
  return query_.match != match::any && query_.match != match::longer;
}

kj::Promise<answer<rib::route_page>> route_listing::ask(std::uint32_t partition, std::uint64_t position,
                                                        std::uint32_t max) const {
  return actors_.ask<rib::route_page>(names::partition(partition), msg::list_routes{query_, position, max},
                                      urgency::overtaking);
}

kj::Promise<route_listing::page> route_listing::next(std::uint32_t max) {
  if (!is_lookup())
    return scan(max);
  auto ready = looked_up_ ? kj::Promise<std::string>{std::string{}} : look_up();
  return ready.then([this, max](std::string&& trouble) {
    page p;
    p.trouble = std::move(trouble);
    if (!p.trouble.empty())
      return p;
    const auto n = std::min<std::size_t>(max, found_.size());
    std::move(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(n), std::back_inserter(p.rows));
    found_.erase(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(n));
    p.done = found_.empty();
    return p;
  });
}

kj::Promise<route_listing::page> route_listing::scan(std::uint32_t max) {
  if (partition_ >= partitions_)
    return page{{}, true, {}};
  return ask(partition_, position_, max).then([this, max](answer<rib::route_page>&& a) -> kj::Promise<page> {
    if (!a.value)
      return page{{}, false, a.trouble};
    position_ = a.value->next;
    if (position_ == 0)
      ++partition_;
    if (a.value->rows.empty() && partition_ < partitions_)
      return scan(max);
    return page{std::move(a.value->rows), partition_ >= partitions_, {}};
  });
}

kj::Promise<std::string> route_listing::look_up() {
  using match = rib::route_query::match_kind;
  const auto only =
      query_.match == match::exact ? std::optional{partition_of(query_.prefix, partitions_)} : std::nullopt;
  auto asked = kj::heapArrayBuilder<kj::Promise<answer<rib::route_page>>>(only ? 1 : partitions_);
  for (std::uint32_t i = only.value_or(0); asked.size() < asked.capacity(); ++i)
    asked.add(ask(i, 0, 0xFFFFFFFF));
  return kj::joinPromises(asked.finish()).then([this](kj::Array<answer<rib::route_page>>&& answers) -> std::string {
    for (const auto& a : answers)
      if (!a.value)
        return a.trouble;
    std::vector<rib::route_row> all;
    for (auto& a : answers)
      std::ranges::move(a.value->rows, std::back_inserter(all));
    // Longest first. Each partition has given the longest of its own only.
    std::ranges::stable_sort(all, std::ranges::greater{}, [](const auto& r) { return r.prefix.length; });
    if (query_.match == match::longest)
      std::erase_if(all, [longest = all.empty() ? 0 : all.front().prefix.length](const auto& r) {
        return r.prefix.length != longest;
      });
    found_.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()));
    looked_up_ = true;
    return {};
  });
}

kj::Promise<route_listing::total> route_listing::count() {
  if (!is_lookup())
    return count_from(0);
  return look_up().then([this](std::string&& trouble) { return total{found_.size(), std::move(trouble)}; });
}

kj::Promise<route_listing::total> route_listing::count_from(std::uint64_t so_far) {
  if (partition_ >= partitions_)
    return total{so_far, {}};
  auto counting = query_;
  counting.count_only = true;
  return actors_
      .ask<rib::route_page>(names::partition(partition_), msg::list_routes{counting, position_, 0xFFFFFFFF},
                            urgency::overtaking)
      .then([this, so_far](answer<rib::route_page>&& a) -> kj::Promise<total> {
        if (!a.value)
          return total{so_far, a.trouble};
        position_ = a.value->next;
        if (position_ == 0)
          ++partition_;
        return count_from(so_far + a.value->matched);
      });
}

} // namespace bellman::api
