#include "adapters/kit/inbound/coverage.h"

#include <gmock/gmock.h>

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(CoverageTest, CodesWithoutARowAreCountedWithoutWhatTellsOfSomebody) {
    const ReadManifest manifest;
    Coverage coverage(manifest);
    AdaptedItem item;
    for (const char* code : {"疑难", "19900000001", "19900000002"}) {
        item.observations.push_back({Observation::Kind::UnmappedCode, "kinds", code});
    }
    item.observations.push_back({Observation::Kind::UnknownMember, "/LATER", ""});
    coverage.add(item);
    EXPECT_THAT(coverage.unmappedCodes(), ElementsAre(Pair("kinds ****", 2u), Pair("kinds 疑难", 1u)));
    EXPECT_THAT(coverage.unknownMembers(), ElementsAre(Pair("/LATER", 1u)));
}

}  // namespace
}  // namespace yht::kit
