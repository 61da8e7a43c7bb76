#include "capnp/watch_feed.hpp"

#include "capnp/row_writer.hpp"
#include "capnp/values.hpp"

#include <algorithm>

namespace bellman::api {

namespace {

constexpr std::size_t rows_in_batch = 4096; ///< but one event at least, whatever number of paths it has

void write_cursor(const watch_cursor& from, WatchCursor::Builder out) {
  auto list = out.initPartitions(static_cast<unsigned>(from.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setEpoch(from[i].epoch);
    list[i].setPosition(from[i].position);
    list[i].setResumeAt(from[i].resume_at);
    list[i].setInSnapshot(from[i].phase == rib::change_query::phase::snapshot);
  }
}

} // namespace

watch_cursor read_cursor(WatchCursor::Reader in) {
  watch_cursor out;
  for (const auto p : in.getPartitions()) {
    auto& q = out.emplace_back();
    q.phase = p.getInSnapshot() ? rib::change_query::phase::snapshot : rib::change_query::phase::changes;
    q.epoch = p.getEpoch();
    q.position = p.getPosition();
    q.resume_at = p.getResumeAt();
  }
  return out;
}

bool watch_feed::ready() {
  if (!entry_) {
    entry_ = queue_->pop();
    at_ = 0;
  }
  return entry_.has_value();
}

std::size_t watch_feed::end_of_batch(std::uint32_t max) const {
  const auto& events = entry_->events;
  std::size_t end = at_, rows = 0;
  while (end < events.size() && end - at_ < max) {
    rows += events[end].paths.size();
    if (rows > rows_in_batch && end != at_)
      break;
    ++end;
  }
  return end;
}

bool watch_feed::lacks_names() const {
  for (std::size_t i = at_; i < entry_->events.size(); ++i)
    for (const auto& row : entry_->events[i].paths)
      if (row.source != rib::local_source && names_.find(row.source) == nullptr)
        return true;
  return false;
}

std::uint64_t watch_feed::size_hint(std::uint32_t max) const {
  return (end_of_batch(max) - at_) * 24 + entry_->cursor.size() * 4 + 64;
}

void watch_feed::fill(WatchBatch::Builder out, std::uint32_t max) {
  out.setMark(static_cast<Mark>(entry_->mark)); // the same order
  const auto end = end_of_batch(max);
  write_events(out, end);
  at_ = end;
  if (at_ == entry_->events.size()) {
    out.setCoalesced(entry_->skipped);
    sent_ = std::move(entry_->cursor);
    entry_.reset();
  }
  write_cursor(sent_, out.initCursor());
}

void watch_feed::fill_empty(WatchBatch::Builder out) const { write_cursor(sent_, out.initCursor()); }

void watch_feed::write_events(WatchBatch::Builder out, std::size_t end) {
  const auto& events = entry_->events;
  page_writer writer;
  for (auto i = at_; i < end; ++i)
    for (const auto& row : events[i].paths)
      writer.add(row);
  auto list = out.initEvents(static_cast<unsigned>(end - at_));
  for (unsigned i = 0; i < list.size(); ++i) {
    const auto& from = events[at_ + i];
    auto to = list[i];
    write_prefix(from.prefix, to.initPrefix());
    to.setWithdrawn(from.withdrawn);
    to.setSequence(from.sequence);
    if (from.paths.empty())
      continue;
    auto paths = to.initPaths(static_cast<unsigned>(from.paths.size()));
    for (unsigned p = 0; p < paths.size(); ++p)
      writer.write(from.paths[p], paths[p]);
  }
  writer.write_sets(out.initAttributes(writer.sets()));
  writer.write_sources(names_, out.initNeighbors(writer.sources()));
}

} // namespace bellman::api
