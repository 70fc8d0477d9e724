// masked(): what each class of personal data keeps.
#include <gtest/gtest.h>

#include "tests/unit/gateway/ticket/sample_records.h"

using namespace yht;
using namespace yht::ticket;

namespace {

std::string maskedText(Field field, const samples::Members& changes) {
    const auto record = samples::read(samples::appeal(changes));
    EXPECT_TRUE(record.ok());
    return masked(*record).text(field);
}

}  // namespace

TEST(Masking, ANameKeepsItsFirstCharacter) {
    EXPECT_EQ("张**", maskedText(Field::caller_name, {}));
    EXPECT_EQ(
        "\xF0\xA0\xAE\xB7**",
        maskedText(Field::caller_name, {{"caller_name", "\"\xF0\xA0\xAE\xB7某某\""}})
    );
}

TEST(Masking, APhoneKeepsThreeAndFour) {
    EXPECT_EQ(
        "199****0001", maskedText(Field::contact_phone, {{"contact_phone", "\"19900000001\""}})
    );
    EXPECT_EQ("****01", maskedText(Field::contact_phone, {{"contact_phone", "\"0000001\""}}));
    EXPECT_EQ("****", maskedText(Field::contact_phone, {{"contact_phone", "\"12345\""}}));
}

TEST(Masking, AnIdNumberKeepsThreeAndTwo) {
    EXPECT_EQ(
        "110****2X",
        maskedText(
            Field::id_number, {{"id_type", "\"111\""}, {"id_number", "\"11010519491231002X\""}}
        )
    );
}

TEST(Masking, AnAddressKeepsItsBeginningAndPositionsGo) {
    EXPECT_EQ(
        "天元区某小区****",
        maskedText(Field::address, {{"address", "\"天元区某小区0栋0单元000室\""}})
    );
    EXPECT_EQ("某路****", maskedText(Field::address, {{"address", "\"某路0号\""}}));
    EXPECT_EQ("", maskedText(Field::longitude, {{"longitude", "113.13"}, {"latitude", "27.8"}}));
}

TEST(Masking, AnEmailKeepsItsDomain) {
    EXPECT_EQ(
        "z***@example.com",
        maskedText(Field::caller_email, {{"caller_email", "\"zhang@example.com\""}})
    );
}

TEST(Masking, FreeTextLosesNumbersAndTheRecordsOwnNames) {
    EXPECT_EQ(
        "我是张**,电话****,证件****,12345说等3天。",
        maskedText(
            Field::content,
            {{"content", "\"我是张先生,电话199-0000-0002,证件11010519491231002X,12345说等3天。\""}}
        )
    );
}

TEST(Masking, LeavesTheRestAlone) {
    const auto record = samples::read(samples::appeal());
    const auto copy = masked(*record);
    EXPECT_EQ(record->text(Field::title), copy.text(Field::title));
    EXPECT_EQ(record->identity(), copy.identity());
    EXPECT_EQ(copy, masked(copy));
}
