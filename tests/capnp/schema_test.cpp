// The contract: what a client of today sends must mean the same to every daemon of tomorrow. If a test here fails, a
// number or a type was changed instead of one added.

#include "capnp/client/metric_values.hpp"
#include "capnp/gate.capnp.h"

#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/schema.h>
#include <capnp/serialize.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace bellman::test {
namespace {

template <class Interface>
std::string methods() {
  std::string out;
  for (const auto m : ::capnp::Schema::from<Interface>().getMethods())
    out += (out.empty() ? "" : " ") + std::string{m.getProto().getName().cStr()};
  return out;
}

/// New methods come behind: the list of today has to be the beginning of the list.
#define EXPECT_BEGINS_WITH(list, beginning) EXPECT_EQ((list).substr(0, std::string{beginning}.size()), (beginning))

TEST(Schema, MethodsKeepTheirNumbers) {
  EXPECT_BEGINS_WITH(methods<api::Gate>(), "enter");
  EXPECT_BEGINS_WITH(methods<api::Session>(), "who routes inject neighbors neighborsAdmin control controlAdmin");
  EXPECT_BEGINS_WITH(methods<api::Routes>(), "open count explain watch");
  EXPECT_BEGINS_WITH(methods<api::Cursor>(), "next");
  EXPECT_BEGINS_WITH(methods<api::RouteSink>(), "batch");
  EXPECT_BEGINS_WITH(methods<api::RouteWatch>(), "next");
  EXPECT_BEGINS_WITH(methods<api::Injector>(), "begin announce withdraw list withdrawAll");
  EXPECT_BEGINS_WITH(methods<api::Batch>(), "defineAttrs put del commit");
  EXPECT_BEGINS_WITH(methods<api::NeighborsView>(), "list show watch");
  EXPECT_BEGINS_WITH(methods<api::NeighborsAdmin>(), "add change remove enable disable reset");
  EXPECT_BEGINS_WITH(methods<api::ControlView>(), "health version tree logLevel");
  EXPECT_BEGINS_WITH(methods<api::ControlAdmin>(), "setLogLevel shutdown reload injectFault");
}

TEST(Schema, TypesKeepTheirIds) {
  EXPECT_EQ(::capnp::typeId<api::Gate>(), 0xfee977f0dcdcb5c1);
  EXPECT_EQ(::capnp::typeId<api::Session>(), 0xbe2efe1e66fbed3e);
  EXPECT_EQ(::capnp::typeId<api::Routes>(), 0x9f1cc0889da8ac58);
  EXPECT_EQ(::capnp::typeId<api::Injector>(), 0xbb32b3df930cb173);
  EXPECT_EQ(::capnp::typeId<api::Batch>(), 0xf7559474620d8bee);
  EXPECT_EQ(::capnp::typeId<api::NeighborsAdmin>(), 0x99779572e5a16a38);
  EXPECT_EQ(::capnp::typeId<api::ControlAdmin>(), 0xdf965e510fb2f211);
}

/// A message from its bytes in hexadecimal.
class replayed {
public:
  explicit replayed(std::string_view hex) : words_{kj::heapArray<::capnp::word>(hex.size() / 16)} {
    auto bytes = words_.asBytes();
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<kj::byte>(std::stoi(std::string{hex.substr(2 * i, 2)}, nullptr, 16));
  }
  template <class Struct>
  typename Struct::Reader as() {
    return reader_.emplace(words_).getRoot<Struct>();
  }

private:
  kj::Array<::capnp::word> words_;
  std::optional<::capnp::FlatArrayMessageReader> reader_;
};

// The bytes below were written by a client of the first version.

TEST(Schema, AnOldQueryMeansWhatItMeant) {
  replayed message{
      "000000000b000000000000000300040003001a0004000000f4fb0000000000000700000000000000000000000000000000000000"
      "0000000004000000010001000000000000000000180000000000000001000000220000006162636400000000"};
  const auto q = message.as<api::RouteQuery>();
  EXPECT_EQ(q.getView(), api::RouteQuery::View::ADVERTISED);
  EXPECT_EQ(q.getMatch(), api::RouteQuery::Match::LONGEST);
  EXPECT_EQ(q.getPrefix().getLength(), 24);
  EXPECT_EQ(q.getPrefix().getOctets(), kj::StringPtr{"abcd"}.asBytes());
  EXPECT_TRUE(q.getHasOriginAs());
  EXPECT_EQ(q.getOriginAs(), 64500u);
  EXPECT_FALSE(q.getHasAsPathContains());
  EXPECT_TRUE(q.getHasCommunity());
  EXPECT_EQ(q.getCommunity(), 7u);
  EXPECT_TRUE(q.getFilteredOnly());
  EXPECT_FALSE(q.getLocal());
  EXPECT_FALSE(q.hasFamily());
}

TEST(Schema, AnOldAttributeSetMeansWhatItMeant) {
  replayed message{
      "00000000190000000000000005000900010011000500000000000000000000000600000000000000000000000000000000000000"
      "0000000021000000170000002c000000000002000000000000000000000000000000000000000000000000002900000017000000"
      "00000000000000000000000000000000000000000000000004000000010001000000000000000000010000000c000000f4fb0000"
      "00000000050000002200000000000000000000006162636400000000040000000200000000000000000000000300000000000000"};
  const auto a = message.as<api::AttributeSet>();
  EXPECT_EQ(a.getOrigin(), api::Origin::INCOMPLETE);
  ASSERT_EQ(a.getAsPath().size(), 1u);
  EXPECT_EQ(a.getAsPath()[0].getType(), api::SegmentType::AS_SEQUENCE);
  EXPECT_EQ(a.getAsPath()[0].getAsns()[0], 64500u);
  EXPECT_EQ(a.getNextHop().getGlobal(), kj::StringPtr{"abcd"}.asBytes());
  EXPECT_TRUE(a.getHasMed());
  EXPECT_EQ(a.getMed(), 5u);
  EXPECT_FALSE(a.getHasLocalPref());
  EXPECT_TRUE(a.getHasOtc());
  EXPECT_EQ(a.getOtc(), 6u);
  EXPECT_EQ(a.getLargeCommunities()[0].getLocal2(), 3u);
}

// Written when a metric was a cost and nothing else.
TEST(Schema, AnOldMetricMeansWhatItMeant) {
  replayed message{"000000000600000000000000010001001e00000000000000000000000100010018000000000000000100000022000000616"
                   "2636400000000"};
  const auto m = message.as<api::NextHopMetric>();
  EXPECT_EQ(m.getPrefix().getLength(), 24);
  ASSERT_TRUE(m.isCost());
  EXPECT_EQ(m.getCost(), 30u);
}

// To them it must not be the nearest.
TEST(Schema, AnUnreachableNextHopIsTheFarthestForOldReaders) {
  ::capnp::MallocMessageBuilder message;
  auto m = message.initRoot<api::NextHopMetric>();
  api::write_metric(*wire::parse_prefix("192.0.2.0/24"), {}, m);
  EXPECT_TRUE(m.isUnreachable());
  const auto octets = ::capnp::AnyStruct::Reader{m.asReader()}.getDataSection();
  ASSERT_GE(octets.size(), 4u);
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(octets[static_cast<std::size_t>(i)], 0xFF) << "cost, octet " << i;
}

TEST(Schema, AnOldPatchMeansWhatItMeant) {
  replayed message{
      "000000000f000000000000000800050001000100f4fb000000000000000000000000000001000100000001001e00000000000000"
      "00000000000000000000000000000000000000000000010000000000110000001200000000000000000000000000000000000000"
      "000000000000000000000000000000007800000000000000"};
  const auto p = message.as<api::NeighborPatch>();
  EXPECT_EQ(p.getRemoteAs().getSet(), 64500u);
  EXPECT_TRUE(p.getPassive().getSet());
  EXPECT_EQ(p.getHoldTime().getSet(), 30u);
  EXPECT_FALSE(p.getFourByteAs().getSet());
  EXPECT_EQ(p.getDescription().getSet(), "x");
  EXPECT_TRUE(p.getLocalAs().isKeep());
  EXPECT_TRUE(p.getFamilies().isKeep());
}

} // namespace
} // namespace bellman::test
