#include "gateway/intake/admission/source_content_types.h"

#include <gtest/gtest.h>

namespace yht::intake {
namespace {

using kit::Format;

TEST(SourceContentTypesTest, ParametersCaseAndSpaceMakeNoDifference) {
    EXPECT_TRUE(takesContentType(Format::Csv, "Text/CSV; charset=GB18030"));
    EXPECT_TRUE(takesContentType(Format::Json, " application/json ;charset=utf-8"));
    EXPECT_TRUE(takesContentType(Format::Multipart, "multipart/form-data; boundary=x"));
}

TEST(SourceContentTypesTest, SuffixesNameTheFormat) {
    EXPECT_TRUE(takesContentType(Format::Json, "application/vnd.desk+json"));
    EXPECT_FALSE(takesContentType(Format::Json, "application/vnd.desk+xml"));
    EXPECT_TRUE(takesContentType(Format::Xml, "application/vnd.desk+xml"));
}

TEST(SourceContentTypesTest, BytesWithoutATypeAreTakenForEveryFormat) {
    for (const auto format : {Format::Json, Format::Xlsx, Format::Dbf, Format::Form}) {
        EXPECT_TRUE(takesContentType(format, ""));
        EXPECT_TRUE(takesContentType(format, "application/octet-stream"));
        EXPECT_FALSE(takesContentType(format, "image/png"));
    }
}

TEST(SourceContentTypesTest, RefusalNamesWhatIsTaken) {
    const auto error = wrongContentType(Format::Xlsx);
    EXPECT_EQ(base::ErrorCode::MediaTypeUnsupported, error.code);
    EXPECT_NE(std::string::npos, error.public_en.find("spreadsheetml.sheet"));
}

}  // namespace
}  // namespace yht::intake
