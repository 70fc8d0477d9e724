// masked(): what each class of personal data keeps. withoutCitizen(): what 保密 leaves.
#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/ticket/masking.h"
#include "gateway/ticket/plane_place.h"
#include "gateway/ticket/validate.h"
#include "tests/unit/gateway/ticket/sample_records.h"

using namespace yht;
using namespace yht::ticket;

namespace {

Record maskedAlone(const Record& record) {
    Persons persons;
    persons.learn(record);
    return masked(record, persons);
}

std::string maskedText(Field field, const samples::Members& changes) {
    const auto record = samples::read(samples::appeal(changes));
    EXPECT_TRUE(record.ok());
    return maskedAlone(*record).text(field);
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

TEST(Masking, APlaceInAPlaneGridGoesToo) {
    const auto read = samples::read(samples::appeal({}));
    ASSERT_TRUE(read.ok());
    Record record = *read;
    record.set(Field::ext, std::map<std::string, std::string>{
                               {kPlaneX, "50321.6"}, {kPlaneY, "-2345.1"}, {kPlaneSystem, "local:grid"}, {"case_kind", "事件"}});
    const auto shown = maskedAlone(record).fields();
    const auto found = std::find_if(shown.begin(), shown.end(), [](const auto& each) { return each.first == Field::ext; });
    ASSERT_NE(found, shown.end());
    EXPECT_EQ((std::map<std::string, std::string>{{"case_kind", "事件"}}), (std::get<std::map<std::string, std::string>>(found->second)));
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
    const auto copy = maskedAlone(*record);
    EXPECT_EQ(record->text(Field::title), copy.text(Field::title));
    EXPECT_EQ(record->identity(), copy.identity());
    EXPECT_EQ(copy, maskedAlone(copy));
}

TEST(Masking, ANameOfTheAppealIsFoundInTheUnitsOpinion) {
    const auto appeal = *samples::read(samples::appeal());
    Persons persons;
    persons.learn(appeal);
    Record step(Kind::Process);
    step.set(Field::opinion, "已与张先生(某小区)联系,号码19900000001。");
    EXPECT_EQ("已与张**(某小区)联系,号码****。", masked(step, persons).text(Field::opinion));
    EXPECT_EQ("已与****(某小区)联系,号码****。", withoutCitizen(step, persons).text(Field::opinion));
}

TEST(Masking, TagsAndExtensionBlocksAreFreeText) {
    const auto record = *samples::read(
        samples::appeal({{"tags", R"(["张先生"])"}, {"ext", R"({"报警人":"张先生"})"}})
    );
    const auto copy = maskedAlone(record);
    EXPECT_EQ("张**", copy.list(Field::tags).at(0));
    EXPECT_EQ("张**", copy.map(Field::ext).at("报警人"));
}

TEST(Secrecy, NothingOfTheCitizenStays) {
    const auto record = *samples::read(samples::appeal(
        {{"caller_phone", "\"19900000001\""},
         {"contact_phone", "\"19900000002\""},
         {"caller_email", "\"zhang@example.com\""},
         {"caller_company", "\"张家面馆\""},
         {"caller_gender", "\"1\""},
         {"id_type", "\"111\""},
         {"id_number", "\"11010519491231002X\""},
         {"tags", R"(["张家面馆老板"])"},
         {"ext", R"({"jjdbh":"A1"})"},
         {"content", "\"我是张先生,张家面馆,zhang@example.com,19900000002。\""}}
    ));
    Persons persons;
    persons.learn(record);
    const auto copy = withoutCitizen(record, persons);
    EXPECT_EQ("保密", copy.text(Field::caller_name));
    EXPECT_EQ("000", copy.text(Field::caller_phone));
    for (const Field field :
         {Field::contact_phone, Field::caller_email, Field::caller_company, Field::caller_gender,
          Field::id_type, Field::id_number, Field::tags, Field::ext}) {
        EXPECT_FALSE(copy.has(field)) << fieldRow(field).name;
    }
    EXPECT_EQ("我是****,****,****,****。", copy.text(Field::content));
    EXPECT_TRUE(validated(copy, {}).ok());  // still a record that a unit's system can take in
}

TEST(Secrecy, PlaceAccusedAndOfficersStay) {
    const auto record = *samples::read(samples::appeal(
        {{"address", "\"某路0号\""},
         {"accused_name", "\"某某餐馆\""},
         {"operator_name", "\"李四\""},
         {"content", "\"某某餐馆油烟大,李四登记。\""}}
    ));
    Persons persons;
    persons.learn(record);
    const auto copy = withoutCitizen(record, persons);
    for (const Field field :
         {Field::address, Field::accused_name, Field::operator_name, Field::content}) {
        EXPECT_EQ(record.text(field), copy.text(field));
    }
}

TEST(Secrecy, FreeTextSaysNeitherThePlaceNorWhatTellsByItsForm) {
    const auto record = *samples::read(samples::appeal(
        {{"address", "\"某路0号\""}, {"content", "\"住某路0号,车牌湘B12345,致信a@b.example,卡6222020000000701。\""}}
    ));
    Persons persons;
    persons.learn(record);
    const auto copy = withoutCitizen(record, persons);
    EXPECT_EQ("某路0号", copy.text(Field::address));
    EXPECT_EQ("住****,车牌湘****,致信****,卡****。", copy.text(Field::content));
    EXPECT_EQ("住某路****,车牌湘****,致信****,卡****。", maskedAlone(record).text(Field::content));
}

TEST(Secrecy, EveryPersonOfTheCatalogueIsSomebodys) {
    for (const FieldRow& row : fieldTable()) {
        const bool person =
            row.personal != PersonalData::None && row.personal != PersonalData::FreeText;
        if (person) { EXPECT_NE(Whose::Nobody, row.whose) << row.name; }
    }
}

TEST(Secrecy, WhatCouldNotBeCheckedCountsAsSecret) {
    TicketView open;
    open.has_appeal = true;
    EXPECT_FALSE(citizenIsSecret(open, true));
    EXPECT_TRUE(citizenIsSecret(open, false));
    TicketView secret = open;
    secret.flags.secret = true;
    EXPECT_TRUE(citizenIsSecret(secret, true));
    EXPECT_TRUE(citizenIsSecret(TicketView{}, true));
}
