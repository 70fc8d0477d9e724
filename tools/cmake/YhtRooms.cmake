# yht_room(<name> SOURCES … ALONE … USES … LINKS …): a library; USES names rooms, LINKS names outside libraries.
# yht_program(<name> SOURCES … USES … LINKS …): an executable in build/<preset>/bin.
# yht_test(<name> SOURCES … USES … LINKS …): a GoogleTest program, run by ctest under the same name.
# yht_test_limit(<test> <seconds>): how long a test may take; a sanitizer's build has YHT_SLOWER times as long.
# yht_test_parts(<test> <count>): it runs as so many tests (<test>, <test>_2, …), each with every so-manieth case.
# yht_reads_strangers(<program> <test>): they belong to the label "strangers" and the target strangers_tests: what reads bytes
#   of strangers, and is run under address and undefined-behaviour sanitizers by tools/test --strangers.
# yht_embed(<name> <constant> <file>): the text of a file inside the room, as <embedded/constant.h> for its own sources;
#   the binary reads nothing from the source tree when it runs.
# ALONE … of a room, program or test names those of its sources that are compiled by themselves: in the release and sanitizer presets
#   eight files of a target are one compilation (a cold build takes less than half as long; preset dev does not, for who changes one
#   file at a time), and two file-local names that are the same don't go into one.
# Where a | stands among SOURCES, it parts them into the groups that are compiled together, for a target with many file-local names:
#   two files that have the same one go into different groups.
# Sources are listed, never globbed: a stray file must not ship in a signed gateway.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
# -O2, and no -DNDEBUG games: YHT_ASSERT is on in every build.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Some hundred test programs hold the rooms whole: lld links them in a third of the time.
find_program(YHT_LLD ld.lld)
set(YHT_TEST_LINKER "$<$<BOOL:${YHT_LLD}>:-fuse-ld=lld>")

find_program(YHT_CCACHE ccache)
if(YHT_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${YHT_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${YHT_CCACHE}")
endif()

set(YHT_SANITIZE "" CACHE STRING "Sanitizers for every target, as for -fsanitize=")
# How much longer everything takes: tests multiply their patience by it.
set(YHT_SLOWER 1)
set(YHT_TEST_ENVIRONMENT "")
if(YHT_SANITIZE)
    set(YHT_SLOWER 5)
    # The failing disk of tests/faults stands before the sanitizer's runtime.
    set(YHT_TEST_ENVIRONMENT
        "ASAN_OPTIONS=verify_asan_link_order=0:detect_stack_use_after_return=1"
        "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan-suppressions.txt"
        "UBSAN_OPTIONS=print_stacktrace=1"
        "TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/tsan-suppressions.txt:second_deadlock_stack=1")
    add_compile_options(-fsanitize=${YHT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${YHT_SANITIZE})
endif()

# Headers that nearly every file reads are compiled once for all rooms and once for all tests: two thirds of a cold build are
# headers. A precompiled header serves only files that are compiled with the same flags, so that what Poco's package defines for
# its users (and the C library's headers answer to) stands for every target.
add_compile_definitions(_FILE_OFFSET_BITS=64 _LARGEFILE64_SOURCE _REENTRANT _THREAD_SAFE _XOPEN_SOURCE=500)
set(YHT_WARNINGS -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wnon-virtual-dtor -Werror=unused-result -Werror=return-type
    -Werror=switch)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # To GCC the sources of one compilation look like headers, whose classes should not have members of file-local types.
    list(APPEND YHT_WARNINGS -Wshadow=local -Wno-subobject-linkage)
    if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # In std::string itself, and wrong: GCC bugs 105329 and 105651, mended in 13.
        list(APPEND YHT_WARNINGS -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
        # Debian 12's compiler, whose warnings are known: what is shipped builds without any.
        list(APPEND YHT_WARNINGS $<$<CONFIG:Release>:-Werror>)
    endif()
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:${YHT_WARNINGS}>")
set(YHT_STANDARD_HEADERS
    <algorithm> <array> <atomic> <charconv> <chrono> <condition_variable> <cstdint> <cstring> <deque> <filesystem> <fstream>
    <functional> <iostream> <limits> <map> <memory> <mutex> <optional> <set> <span> <sstream> <stop_token> <string> <string_view>
    <thread> <unordered_map> <utility> <variant> <vector>)
if(YHT_CCACHE)
    # Without these ccache passes every file with a precompiled header by.
    set(precompiled_launcher "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${YHT_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${precompiled_launcher}")
endif()

function(yht_precompile name)
    file(WRITE "${CMAKE_BINARY_DIR}/${name}.cpp" "")
    add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/${name}.cpp")
    target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

yht_precompile(yht_precompiled_room ${YHT_STANDARD_HEADERS})
yht_precompile(yht_precompiled_test ${YHT_STANDARD_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
set_target_properties(yht_precompiled_test PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(yht_precompiled_test PRIVATE -fPIE -O0)
target_compile_definitions(yht_precompiled_test PRIVATE GTEST_HAS_PTHREAD=1)

# The sources that the function around it was given as ALONE.
macro(yht_compile_alone)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endmacro()

function(yht_target_defaults target)
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}")
endfunction()

# Takes every | out of the list SOURCES and tells CMake what they part; sets `grouped` where there was one.
macro(yht_group_sources sources)
    set(grouped FALSE)
    set(group 1)
    set(without_bars "")
    foreach(source IN LISTS ${sources})
        if(source STREQUAL "|")
            set(grouped TRUE)
            math(EXPR group "${group} + 1")
        else()
            list(APPEND without_bars "${source}")
            set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "group_${group}")
        endif()
    endforeach()
    set(${sources} ${without_bars})
endmacro()

function(yht_grouped target grouped)
    if(grouped)
        set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
    endif()
endfunction()

function(yht_room name)
    cmake_parse_arguments(ROOM "" "" "SOURCES;ALONE;USES;LINKS" ${ARGN})
    yht_compile_alone(${ROOM_ALONE})
    yht_group_sources(ROOM_SOURCES)
    add_library(yht_${name} STATIC ${ROOM_SOURCES})
    yht_grouped(yht_${name} ${grouped})
    add_library(yht::${name} ALIAS yht_${name})
    target_precompile_headers(yht_${name} REUSE_FROM yht_precompiled_room)
    yht_target_defaults(yht_${name})
    foreach(used IN LISTS ROOM_USES)
        target_link_libraries(yht_${name} PUBLIC yht::${used})
    endforeach()
    target_link_libraries(yht_${name} PUBLIC ${ROOM_LINKS})
endfunction()

function(yht_embed name constant file)
    set(header "${CMAKE_CURRENT_BINARY_DIR}/embedded/${constant}.h")
    add_custom_command(
        OUTPUT "${header}"
        COMMAND "${CMAKE_COMMAND}" "-DINPUT=${CMAKE_SOURCE_DIR}/${file}" "-DOUTPUT=${header}" "-DNAME=${constant}"
            -P "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake"
        DEPENDS "${CMAKE_SOURCE_DIR}/${file}" "${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake"
        VERBATIM)
    target_sources(yht_${name} PRIVATE "${header}")
    target_include_directories(yht_${name} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()

# Never less optimised than the rooms, though a command line needs no optimiser: of a template's copies the linker takes the first it
# meets, and that of the program's own file would stand for those of all rooms.
function(yht_program name)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;ALONE;USES;LINKS" ${ARGN})
    yht_compile_alone(${PROGRAM_ALONE})
    yht_group_sources(PROGRAM_SOURCES)
    add_executable(${name} ${PROGRAM_SOURCES})
    yht_grouped(${name} ${grouped})
    yht_target_defaults(${name})
    foreach(used IN LISTS PROGRAM_USES)
        target_link_libraries(${name} PRIVATE yht::${used})
    endforeach()
    target_link_libraries(${name} PRIVATE ${PROGRAM_LINKS})
endfunction()

function(yht_test name)
    cmake_parse_arguments(TEST "" "" "SOURCES;ALONE;USES;LINKS" ${ARGN})
    yht_compile_alone(${TEST_ALONE})
    yht_group_sources(TEST_SOURCES)
    add_executable(${name} ${TEST_SOURCES})
    yht_grouped(${name} ${grouped})
    yht_target_defaults(${name})
    foreach(used IN LISTS TEST_USES)
        target_link_libraries(${name} PRIVATE yht::${used})
    endforeach()
    target_link_libraries(${name} PRIVATE ${TEST_LINKS} GTest::gmock GTest::gtest_main Threads::Threads)
    target_compile_definitions(${name} PRIVATE YHT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    # What is tested is optimised, the test itself is not: half of a cold build is tests.
    target_compile_options(${name} PRIVATE -O0)
    target_link_options(${name} PRIVATE ${YHT_TEST_LINKER})
    target_precompile_headers(${name} REUSE_FROM yht_precompiled_test)
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
    yht_test_limit(${name} 600)
endfunction()

function(yht_test_limit test seconds)
    math(EXPR limit "${seconds} * ${YHT_SLOWER}")
    set_tests_properties(${test} PROPERTIES TIMEOUT ${limit} ENVIRONMENT "${YHT_TEST_ENVIRONMENT}")
endfunction()

function(yht_test_parts test count)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT GTEST_TOTAL_SHARDS=${count} GTEST_SHARD_INDEX=0)
    get_property(limit TEST ${test} PROPERTY TIMEOUT)
    foreach(part RANGE 2 ${count})
        math(EXPR index "${part} - 1")
        add_test(NAME ${test}_${part} COMMAND ${test} --gtest_brief=1 WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
        set_tests_properties(${test}_${part} PROPERTIES TIMEOUT ${limit} ENVIRONMENT "${YHT_TEST_ENVIRONMENT}")
        set_property(TEST ${test}_${part} APPEND PROPERTY ENVIRONMENT GTEST_TOTAL_SHARDS=${count} GTEST_SHARD_INDEX=${index})
    endforeach()
endfunction()

# FIRST: it reads a stranger's bytes before anything has vouched for them, and every run of tools/test has it under sanitizers.
function(yht_reads_strangers program test)
    cmake_parse_arguments(READS "FIRST" "" "" ${ARGN})
    set(labels strangers)
    if(READS_FIRST)
        list(APPEND labels first)
    endif()
    foreach(label IN LISTS labels)
        if(NOT TARGET ${label}_tests)
            add_custom_target(${label}_tests)
        endif()
        add_dependencies(${label}_tests ${program})
        set_property(TEST ${test} APPEND PROPERTY LABELS ${label})
    endforeach()
endfunction()
