# cmake -DINPUT=file -DOUTPUT=header -DNAME=kConstant -P embed.cmake
# A text file as a header: `inline constexpr std::string_view NAME` in yht::embedded.
file(READ "${INPUT}" text)
string(FIND "${text}" ")yht\"" at)
if(NOT at EQUAL -1)
    message(FATAL_ERROR "${INPUT} holds the delimiter of a raw string")
endif()
# One literal holds at most 64 KiB on some compilers; adjacent ones are joined.
string(LENGTH "${text}" length)
set(literals "")
set(from 0)
while(from LESS length)
    string(SUBSTRING "${text}" ${from} 15000 part)
    string(APPEND literals "\nR\"yht(${part})yht\"")
    math(EXPR from "${from} + 15000")
endwhile()
file(WRITE "${OUTPUT}.new" "// Made from ${INPUT}; don't edit.
#pragma once
#include <string_view>
namespace yht::embedded {
inline constexpr std::string_view ${NAME} =${literals};
}
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
