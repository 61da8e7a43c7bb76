# What every target of the project shares.

add_library(bellman_options INTERFACE)
target_include_directories(bellman_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(bellman_options INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow=local -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # -Wshadow=local is a name that only g++ knows.
  target_compile_options(bellman_options INTERFACE -Wno-missing-field-initializers -Wno-missing-braces
                         -Wno-unknown-warning-option -Wno-gnu-statement-expression) # the last for macros of KJ
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp") # lets ccache take precompiled headers
else()
  # g++ 12 sees overlapping copies in `"text" + string` where there are none (its bug 105651).
  target_compile_options(bellman_options INTERFACE -Wno-missing-field-initializers -Wno-restrict)
endif()

if(BELLMAN_SANITIZE)
  add_compile_options(-fsanitize=${BELLMAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${BELLMAN_SANITIZE})
endif()

# bellman_library(NAME [LINK targets...] SOURCES files...)
function(bellman_library name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC bellman_options ${A_LINK})
endfunction()

# bellman_precompile(TARGET headers...): where nothing is optimised. g++ 12 at -O3 takes all memory with the headers of Cap'n
# Proto in one.
function(bellman_precompile target)
  if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# bellman_batch(TARGETS...): several files in one go, in builds that are made from nothing again and again (the presets release and
# asan). For targets whose headers take longer than their code.
function(bellman_batch)
  if(BELLMAN_BATCH)
    set_target_properties(${ARGN} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
endfunction()

# bellman_without_lto(TARGETS...): built and linked as usual where programs get LTO.
function(bellman_without_lto)
  foreach(target ${ARGN})
    set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
    target_link_options(${target} PRIVATE -fno-lto)
  endforeach()
endfunction()

# bellman_test(NAME LINK targets... SOURCES files... [PRECOMPILE headers...]): one GoogleTest program, known to ctest test by test.
function(bellman_test name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK;PRECOMPILE" ${ARGN})
  if(NOT A_SOURCES)
    return()
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE bellman_options ${A_LINK} GTest::gtest GTest::gtest_main)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    # The libraries under test are optimised as they ship; long tables of a test's own take g++ a minute at -O3. And what
    # g++ 12 says of copies of small literals when it optimises.
    target_compile_options(${name} PRIVATE -O1 -Wno-stringop-overread -Wno-stringop-overflow -Wno-array-bounds)
  endif()
  bellman_without_lto(${name})
  bellman_precompile(${name} <gtest/gtest.h> ${A_PRECOMPILE})
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 240)
endfunction()
