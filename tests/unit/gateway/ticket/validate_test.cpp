#include "gateway/ticket/validate.h"

#include <gmock/gmock.h>

#include "tests/unit/gateway/ticket/sample_records.h"

using namespace yht;
using namespace yht::ticket;
using samples::appeal;
using samples::errorsOf;
using samples::objectOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

namespace {

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

/// The envelope of a ticket-bound record of another kind.
samples::Members envelope(const std::string& kind) {
    return {
        {"kind", "\"" + kind + "\""},
        {"source", "\"centre.zhuzhou\""},
        {"record_ref", "\"R-1\""},
        {"event_time", "\"2019-10-15T09:00:00+08:00\""},
        {"ticket_ref", "\"GD-1\""}};
}

std::string with(samples::Members members, const samples::Members& more) {
    members.insert(members.end(), more.begin(), more.end());
    return objectOf(members);
}

}  // namespace

TEST(Validate, CompleteAppealIsAccepted) {
    EXPECT_THAT(errorsOf(appeal()), IsEmpty());
}

TEST(Validate, AllErrorsOfARecordComeAtOnce) {
    EXPECT_THAT(
        errorsOf(appeal(
            {{"title", ""},
             {"channel", "\"77\""},
             {"urgency", "3.5"},
             {"appeal_time", "\"today\""},
             {"is_secret", "\"yes\""},
             {"colour", "\"red\""}}
        )),
        UnorderedElementsAre(
            "/title required always", "/channel code_unknown channel",
            "/urgency code_unknown urgency", "/appeal_time time_invalid", "/is_secret flag_invalid",
            "/colour unknown_field -"
        )
    );
}

TEST(Validate, PointersCarryThePrefix) {
    const auto document = json::parse(appeal({{"title", ""}}));
    const auto record = readRecord(*document, "/7");
    ASSERT_FALSE(record);
    EXPECT_EQ("/7/title", record.error().fields.at(0).pointer);
}

TEST(Validate, UnknownMemberNamesTheNearestField) {
    EXPECT_THAT(
        errorsOf(appeal({{"appealType", "\"2\""}})),
        ElementsAre("/appealType unknown_field appeal_type")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"is_secert", "true"}})), ElementsAre("/is_secert unknown_field is_secret")
    );
    EXPECT_THAT(errorsOf(appeal({{"a/b~", "true"}})), ElementsAre("/a?b? unknown_field -"));
}

TEST(Validate, AnUnknownMemberThatMayBeSomebodyIsNotShown) {
    EXPECT_THAT(errorsOf(appeal({{"19900000001", "1"}})), ElementsAre("/**** unknown_field -"));
    EXPECT_THAT(errorsOf(appeal({{"a@citizen.example", "1"}})), ElementsAre("/**** unknown_field -"));
    EXPECT_THAT(errorsOf(appeal({{"欧阳某某", "1"}})), ElementsAre("/???? unknown_field -"));
    EXPECT_THAT(errorsOf(appeal({{"标题", "1"}})), ElementsAre(testing::StartsWith("/标题 unknown_field ")));
}

TEST(Validate, UnknownKindNamesTheTen) {
    const auto lines = errorsOf(appeal({{"kind", "\"ticket\""}}));
    ASSERT_EQ(1u, lines.size());
    EXPECT_TRUE(lines[0].starts_with("/kind kind_unknown appeal, assignment,"));
    EXPECT_THAT(errorsOf("[1]"), ElementsAre(" not_an_object"));
}

TEST(Validate, NoErrorEverHoldsAValue) {
    const auto record = samples::read(appeal(
        {{"caller_phone", "\"SECRET-VALUE\""},
         {"channel", "\"SECRET-VALUE\""},
         {"event_time", "\"SECRET-VALUE\""},
         {"group_count", "\"SECRET-VALUE\""},
         {"caller_gender", "\"SECRET-VALUE\""},
         {"id_type", "\"111\""},
         {"id_number", "\"SECRET-VALUE\""},
         {"area_code", "\"SECRET-VALUE\""},
         {"other_refs", "[\"SECRET-VALUE\"]"},
         {"ticket_no", "\"SECRET-VALUE\""},
         {"longitude", "\"SECRET-VALUE\""},
         {"accused_credit_code", "\"SECRET-VALUE\""},
         {"ext", "{\"SECRET-VALUE \":\"x\"}"},
         {"is_public", "\"SECRET-VALUE\""}}
    ));
    ASSERT_FALSE(record);
    EXPECT_EQ(13u, record.error().fields.size());
    EXPECT_EQ(std::string::npos, base::describe(record.error()).find("SECRET"));
    for (const auto& field : record.error().fields)
        EXPECT_EQ(std::string::npos, (field.zh + field.limit).find("SECRET"));
}

TEST(Validate, LengthsCountCodePoints) {
    const std::string rare = "\xF0\xA0\xAE\xB7";  // U+20BB7, beyond the BMP, in GB 18030-2022
    EXPECT_THAT(errorsOf(appeal({{"title", "\"" + repeated(rare, 200) + "\""}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"title", "\"" + repeated(rare, 201) + "\""}})),
        ElementsAre("/title too_long 200")
    );
}

TEST(Validate, RareCharactersSurvive) {
    const auto record = samples::read(appeal({{"caller_name", "\"\\uD842\\uDFB7先生\""}}));
    ASSERT_TRUE(record);
    EXPECT_EQ("\xF0\xA0\xAE\xB7先生", record->text(Field::caller_name));
}

TEST(Validate, LongNumbersStayExact) {
    const auto record = samples::read(
        appeal({{"record_ref", "201810150830000001"}, {"version", "18446744073709551615"}})
    );
    ASSERT_TRUE(record);
    EXPECT_EQ("201810150830000001", record->text(Field::record_ref));
    EXPECT_EQ(18446744073709551615ull, record->identity().version);
}

TEST(Validate, IntegersKeepTheirRange) {
    EXPECT_THAT(
        errorsOf(appeal({{"version", "18446744073709551616"}})),
        ElementsAre("/version out_of_range 0..18446744073709551615")
    );
    EXPECT_THAT(errorsOf(appeal({{"round", "100"}})), ElementsAre("/round out_of_range 0..99"));
    for (const char* wrong : {"1.0", "1e3", "-1", "\"007\"", "\"一\""}) {
        EXPECT_THAT(errorsOf(appeal({{"round", wrong}})), ElementsAre("/round integer_invalid"))
            << wrong;
    }
    EXPECT_THAT(
        errorsOf(appeal({{"round", "true"}})), ElementsAre("/round wrong_type number or string")
    );
}

TEST(Validate, TimesNeedAZone) {
    EXPECT_THAT(
        errorsOf(appeal({{"event_time", "\"2019-10-15T08:30:00\""}})),
        ElementsAre("/event_time time_zone_missing")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"event_time", "\"2019-10-15 08:30\""}})),
        ElementsAre("/event_time time_invalid")
    );
}

TEST(Validate, TimesAreFrom1990To2100) {
    EXPECT_THAT(
        errorsOf(appeal({{"event_time", "\"1989-12-31T23:59:59+08:00\""}})),
        ElementsAre("/event_time time_out_of_range 1990..2100")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"event_time", "\"2101-01-01T00:00:00+08:00\""}})),
        ElementsAre("/event_time time_out_of_range 1990..2100")
    );
    EXPECT_THAT(errorsOf(appeal({{"event_time", "\"2100-12-31T23:59:59+08:00\""}})), IsEmpty());
}

TEST(Validate, TimesBecomeCanonical) {
    const auto record = samples::read(appeal({{"event_time", "\"2019-10-15T00:30:00.5Z\""}}));
    ASSERT_TRUE(record);
    EXPECT_EQ("2019-10-15T08:30:00.500+08:00", record->text(Field::event_time));
}

TEST(Validate, ACodeIsJudgedByTheListOfTheEventDate) {
    const samples::Members old = {
        {"coordinate_system", "\"XIAN80\""}, {"event_time", "\"2018-06-30T23:00:00+08:00\""}};
    EXPECT_THAT(errorsOf(appeal(old)), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"coordinate_system", "\"XIAN80\""}})),
        ElementsAre("/coordinate_system code_expired 2018-06-30, CGCS2000")
    );
}

TEST(Validate, WrongShapesAreTypeErrors) {
    EXPECT_THAT(errorsOf(appeal({{"title", "[\"a\"]"}})), ElementsAre("/title wrong_type string"));
    EXPECT_THAT(errorsOf(appeal({{"title", "null"}})), ElementsAre("/title wrong_type string"));
    EXPECT_THAT(
        errorsOf(appeal({{"tags", "\"a\""}})), ElementsAre("/tags wrong_type array of strings")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"ext", "{\"a\":{}}"}})), ElementsAre("/ext wrong_type object of strings")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"is_secret", "[]"}})), ElementsAre("/is_secret wrong_type true or false")
    );
}

TEST(Validate, EmptyIsNotAbsent) {
    EXPECT_THAT(errorsOf(appeal({{"address", "\"\""}})), ElementsAre("/address empty"));
    EXPECT_THAT(
        errorsOf(appeal({{"address", "\"\xE3\x80\x80 \""}})), ElementsAre("/address empty")
    );
    EXPECT_THAT(errorsOf(appeal({{"category_path", "[]"}})), ElementsAre("/category_path empty"));
}

TEST(Validate, ControlCharactersAndEdgeSpacesAreRefused) {
    EXPECT_THAT(
        errorsOf(appeal({{"content", "\"a\\u0007b\""}})), ElementsAre("/content control_character")
    );
    EXPECT_THAT(errorsOf(appeal({{"content", "\"line\\nline\""}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"record_ref", "\"A \""}})), ElementsAre("/record_ref edge_space")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"record_ref", "\"A\\tB\""}})),
        ElementsAre("/record_ref control_character")
    );
}

TEST(Validate, ArraysAreBoundedAndNameTheEntry) {
    EXPECT_THAT(
        errorsOf(appeal({{"category_path", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]"}})),
        ElementsAre("/category_path too_many 5")
    );
    EXPECT_THAT(errorsOf(appeal({{"tags", "[\"a\",\"a\"]"}})), ElementsAre("/tags/1 repeated"));
    EXPECT_THAT(errorsOf(appeal({{"category_path", "[\"其他\",\"其他\"]"}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"tags", "[\"" + repeated("长", 201) + "\"]"}})),
        ElementsAre("/tags/0 too_long 200")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"other_refs", "[\"110/JJD1\",\"JJD1\"]"}})),
        ElementsAre("/other_refs/1 reference_invalid 64")
    );
}

TEST(Validate, RegionsPhonesDigestsAndDecimalsHaveTheirForms) {
    EXPECT_THAT(errorsOf(appeal({{"area_code", "\"43A21100A\""}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"area_code", "\"4302\""}})), ElementsAre("/area_code region_invalid")
    );
    EXPECT_THAT(errorsOf(appeal({{"contact_phone", "\"+86 (731) 0000-0000\""}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"contact_phone", "\"no number\""}})),
        ElementsAre("/contact_phone phone_invalid 3")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"longitude", "113.1330000001"}, {"latitude", "27.8"}})), IsEmpty()
    );
    EXPECT_THAT(
        errorsOf(appeal({{"longitude", "1131.3"}})),
        ElementsAre("/longitude out_of_range -180..180")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"latitude", "\"27.\""}})), ElementsAre("/latitude decimal_invalid")
    );
    EXPECT_THAT(
        errorsOf(with(
            envelope("attachment"), {{"digest", "\"ABC\""},
                                     {"file_name", "\"a.jpg\""},
                                     {"media_type", "\"image/jpeg\""},
                                     {"size_bytes", "3"},
                                     {"attachment_type", "\"1\""}}
        )),
        ElementsAre("/digest digest_invalid 64")
    );
}

// GB 11643-1999 gives 11010519491231002X as its example.
TEST(Validate, ResidentIdsAreChecked) {
    EXPECT_TRUE(isResidentId("11010519491231002X"));
    EXPECT_TRUE(isResidentId("11010519491231002x"));
    EXPECT_FALSE(isResidentId("110105194912310021"));
    EXPECT_FALSE(isResidentId("11010519491331002X"));
    EXPECT_FALSE(isResidentId("1101051949123100"));
    EXPECT_THAT(
        errorsOf(appeal({{"id_type", "\"111\""}, {"id_number", "\"110105194912310021\""}})),
        ElementsAre("/id_number id_number_invalid GB 11643")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"id_number", "\"11010519491231002X\""}})),
        ElementsAre("/id_type required id_number is given")
    );
    EXPECT_THAT(
        errorsOf(appeal({{"id_type", "\"414\""}, {"id_number", "\"E00000000\""}})), IsEmpty()
    );
}

TEST(Validate, FifteenDigitIdsAreForOldRecordsOnly) {
    const samples::Members id = {{"id_type", "\"111\""}, {"id_number", "\"110105491231002\""}};
    EXPECT_THAT(errorsOf(appeal(id)), ElementsAre("/id_number id_number_invalid GB 11643"));
    auto old = id;
    old.emplace_back("event_time", "\"2012-12-31T23:59:59+08:00\"");
    EXPECT_THAT(errorsOf(appeal(old)), IsEmpty());
}

// 91350100M000100Y43 is the worked example of GB 32100-2015.
TEST(Validate, CreditCodesAreChecked) {
    EXPECT_TRUE(isCreditCode("91350100M000100Y43"));
    EXPECT_FALSE(isCreditCode("91350100M000100Y44"));
    EXPECT_FALSE(isCreditCode("91350100M000100I43"));
    EXPECT_THAT(
        errorsOf(appeal({{"accused_credit_code", "\"91350100M000100Y44\""}})),
        ElementsAre("/accused_credit_code credit_code_invalid GB 32100")
    );
}

TEST(Validate, DigestsAreJudgedOneByOne) {
    const std::string digest(64, 'a');
    EXPECT_THAT(
        errorsOf(appeal({{"attachment_digests", "[\"" + digest + "\",\"A1\"]"}})),
        ElementsAre("/attachment_digests/1 digest_invalid 64")
    );
}

TEST(Validate, AnExtensionBlockIsBoundedAsAWhole) {
    const auto block = [](std::size_t length) {
        std::string json = "{";
        for (int i = 0; i < 5; ++i)
            json += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"" + repeated("长", length) + "\"";
        return json + "}";
    };
    EXPECT_THAT(errorsOf(appeal({{"ext", block(3200)}})), IsEmpty());
    EXPECT_THAT(errorsOf(appeal({{"ext", block(3201)}})), ElementsAre("/ext too_long 16000"));
}

TEST(Validate, ConditionsAskForTheirFields) {
    EXPECT_THAT(
        errorsOf(appeal({{"caller_phone", ""}, {"hotline_number", ""}})),
        UnorderedElementsAre(
            "/caller_phone required channel is 01",
            "/hotline_number required channel is 01 or 15"
        )
    );
    EXPECT_THAT(
        errorsOf(appeal({{"caller_phone", ""}, {"hotline_number", ""}, {"channel", "\"03\""}})),
        IsEmpty()
    );
    EXPECT_THAT(
        errorsOf(appeal({{"caller_phone", ""}, {"channel", "\"15\""}})), IsEmpty()
    );
    EXPECT_THAT(
        errorsOf(appeal({{"caller_name", ""}})),
        ElementsAre("/caller_name required is_anonymous is false")
    );
    EXPECT_THAT(errorsOf(appeal({{"caller_name", ""}, {"is_anonymous", "true"}})), IsEmpty());
    EXPECT_THAT(
        errorsOf(appeal({{"handling_way", "\"10\""}})),
        ElementsAre("/not_accept_reason required handling_way is 10")
    );
    EXPECT_THAT(
        errorsOf(with(envelope("process"), {{"process_type", "\"32\""}})),
        ElementsAre("/return_reason required process_type is 32")
    );
    EXPECT_THAT(
        errorsOf(with(
            envelope("visit"),
            {{"visit_method", "\"1\""}, {"connected", "false"}, {"satisfaction", "\"0\""}}
        )),
        ElementsAre("/not_connected_reason required connected is false")
    );
    EXPECT_THAT(
        errorsOf(with(
            envelope("visit"),
            {{"visit_method", "\"1\""}, {"connected", "true"}, {"satisfaction", "\"5\""}}
        )),
        ElementsAre("/dissatisfied_reason required satisfaction is 4 or 5")
    );
    EXPECT_THAT(
        errorsOf(with(
            envelope("extension"),
            {{"org_code", "\"U1\""}, {"extension_state", "\"2\""}, {"extension_reason", "\"r\""}}
        )),
        ElementsAre("/extended_deadline required extension_state is 2")
    );
    EXPECT_THAT(
        errorsOf(with(
            envelope("result"), {{"org_code", "\"U1\""},
                                 {"result_type", "\"1\""},
                                 {"public_reply", "\"r\""},
                                 {"finish_time", "\"2019-10-15T11:00:00+08:00\""}}
        )),
        ElementsAre("/unresolved_reason required result_type is 1 or 2")
    );
}

TEST(Validate, ALimitIsAnAmountAndAUnit) {
    const samples::Members unit = {
        {"org_code", "\"U1\""}, {"org_role", "\"1\""}, {"org_level", "\"2\""}};
    auto assignment = envelope("assignment");
    assignment.insert(assignment.end(), unit.begin(), unit.end());
    EXPECT_THAT(
        errorsOf(with(assignment, {{"limit_value", "5"}})),
        ElementsAre("/limit_unit required limit_value is given")
    );
    EXPECT_THAT(
        errorsOf(with(assignment, {{"limit_value", "5"}, {"limit_unit", "\"4\""}})), IsEmpty()
    );
    EXPECT_THAT(
        errorsOf(with(assignment, {{"limit_value", "3651"}, {"limit_unit", "\"4\""}})),
        ElementsAre("/limit_value out_of_range 0..3650")
    );
}

TEST(Validate, ATicketBoundRecordNamesItsTicket) {
    auto members = envelope("process");
    members.pop_back();
    EXPECT_THAT(
        errorsOf(with(members, {{"process_type", "\"30\""}})),
        ElementsAre(" ticket_missing ticket_ref, ticket_no, other_refs")
    );
    EXPECT_THAT(
        errorsOf(with(
            members, {{"process_type", "\"30\""}, {"ticket_no", "\"430200-20190418-0000123-x\""}}
        )),
        ElementsAre("/ticket_no ticket_number_invalid 430200-20190418-0000123-c")
    );
    EXPECT_THAT(errorsOf(appeal({{"ticket_ref", ""}})), IsEmpty());
}

TEST(Validate, AVoidNeedsItsIdentityOnly) {
    EXPECT_THAT(
        errorsOf(
            R"({"kind":"appeal","source":"s","record_ref":"r","op":"void","event_time":"2019-10-15T09:00:00+08:00"})"
        ),
        IsEmpty()
    );
    EXPECT_THAT(
        errorsOf(R"({"kind":"process","op":"void"})"),
        UnorderedElementsAre(
            "/source required always", "/record_ref required always", "/event_time required always"
        )
    );
}

TEST(Validate, ErrorsOfOneRecordAreBounded) {
    samples::Members many;
    for (int i = 0; i < 400; ++i) many.emplace_back("unknown_" + std::to_string(i), "1");
    EXPECT_EQ(kFieldErrorsMax, errorsOf(appeal(many)).size());
}

TEST(Validate, ARecordThatWasMappedIsCheckedAlike) {
    Record record(Kind::Process);
    record.set(Field::source, std::string("s"));
    record.set(Field::record_ref, std::string("r"));
    record.set(Field::ticket_ref, std::string("t"));
    record.set(Field::event_time, std::string("2019-10-15T09:00:00+08:00"));
    record.set(Field::process_type, std::string("30"));
    EXPECT_TRUE(validated(record));
    record.set(Field::title, std::string("not a field of a process"));
    record.set(Field::opinion, std::string("\xFF"));
    const auto checked = validated(record);
    ASSERT_FALSE(checked);
    ASSERT_EQ(2u, checked.error().fields.size());
    EXPECT_EQ("unknown_field", checked.error().fields[0].code);
    EXPECT_EQ("not_utf8", checked.error().fields[1].code);
}
