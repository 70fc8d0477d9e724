// How much of one item is kept and told, however much an adapter has to say of it.
#include "gateway/intake/admission/source_answer.h"

#include <gtest/gtest.h>

#include "gateway/json/json.h"

namespace yht::intake {
namespace {

base::Error errorsOf(std::size_t count) {
    base::Error error = base::makeError(base::ErrorCode::ItemUnmapped);
    for (std::size_t i = 0; i < count; ++i) error.fields.push_back({"/row/" + std::to_string(i), "required", "", "Missing.", "缺失。"});
    return error;
}

TEST(SourceAnswer, TellsTheFirstErrorsOfAnItem) {
    const auto told = [](std::size_t count) {
        SourceSubmission submission;
        submission.account.received = submission.account.quarantined = 1;
        submission.items.push_back({.verdict = SourceVerdict::Quarantined, .error = errorsOf(count)});
        const auto answer = json::parse(encodeSourceAnswer(submission)).value();
        return std::size_t{answer["items"][0]["errors"].Size()};
    };
    EXPECT_EQ(kAnswerErrorsMax, told(kAnswerErrorsMax));
    EXPECT_EQ(kAnswerErrorsMax, told(kAnswerErrorsMax + 1));
}

TEST(SourceItem, SoManyErrorsAreKeptOfIt) {
    const auto kept = [](std::size_t count) {
        return decodeErrorDetail(base::ErrorCode::ItemUnmapped, encodeErrorDetail(errorsOf(count))).fields.size();
    };
    EXPECT_EQ(kItemErrorsKeptMax, kept(kItemErrorsKeptMax));
    EXPECT_EQ(kItemErrorsKeptMax, kept(kItemErrorsKeptMax + 1));
}

TEST(SourceItem, SoMuchIsKeptOfItsPlaceAndNoCharacterIsCutInTwo) {
    base::SeededRandom random{1};
    const SourceItems items("message", "zz-media", random);
    const auto kept = [&](const std::string& place) { return items.prepare({.place = place}).place; };
    EXPECT_EQ(std::string(kPlaceBytesMax, 'p'), kept(std::string(kPlaceBytesMax, 'p')));
    EXPECT_EQ(std::string(kPlaceBytesMax, 'p'), kept(std::string(kPlaceBytesMax + 1, 'p')));
    EXPECT_EQ(std::string(kPlaceBytesMax - 1, 'p'), kept(std::string(kPlaceBytesMax - 1, 'p') + "水"));
}

}  // namespace
}  // namespace yht::intake
